import { readFile } from "node:fs/promises";
import { type Recipe, readRecipe } from "#asset";
import { countDifferingPixels, decodePng, type Raster } from "#pixels";
import { StudioError } from "./studio-error.ts";

export type Verdict = {
  readonly file: string;
  readonly isIdentical: boolean;
  readonly differingPixels: number;
  readonly pixels: number;
  /** Why the pixels may differ, as far as the recipe tells. */
  readonly reasons: readonly string[];
};

/** A PNG from disk with its pixels and recipe. Throws one sentence that names the file. */
export async function readSprite(file: string): Promise<{ readonly raster: Raster; readonly recipe: Recipe }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : code;
    throw new StudioError("unreadable-file", `Cannot read ${file}: ${why}; name a PNG that dgx-pixels made`, { cause });
  }
  try {
    return { recipe: readRecipe(bytes), raster: decodePng(bytes) };
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new StudioError("unreadable-file", `${file}: ${reason}`, { cause });
  }
}

/** Compares a file's pixels with those its recipe gave now. */
export function judge(file: string, found: Raster, recipe: Recipe, made: Raster, madeBy: Recipe): Verdict {
  const isSameSize = found.width === made.width && found.height === made.height;
  const pixels = found.width * found.height;
  const differingPixels = isSameSize ? countDifferingPixels(found, made) : pixels;
  const reasons: string[] = [];
  if (differingPixels > 0) {
    if (!isSameSize)
      reasons.push(
        `the file is ${found.width} x ${found.height} px and its recipe gives ${made.width} x ${made.height}`,
      );
    if (recipe.generator.hash !== madeBy.generator.hash)
      reasons.push(
        `it was drawn by another model (${recipe.generator.model} ${recipe.generator.version}, ` +
          `${recipe.generator.hash.slice(0, 12)}; here ${madeBy.generator.version}, ${madeBy.generator.hash.slice(0, 12)})`,
      );
    if (recipe.software !== madeBy.software)
      reasons.push(`it was made by another version (${recipe.software}; here ${madeBy.software})`);
    if (reasons.length === 0)
      reasons.push(
        "model and version are the same: the file was edited, or made on a processor that rounds differently",
      );
  }
  return { file, isIdentical: differingPixels === 0, differingPixels, pixels, reasons };
}
