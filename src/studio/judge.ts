import type { Recipe } from "#asset";
import { countDifferingPixels, type Raster } from "#pixels";

export type Verdict = {
  readonly file: string;
  readonly isIdentical: boolean;
  readonly differingPixels: number;
  readonly pixels: number;
  /** Why the pixels may differ, as far as the recipe tells. */
  readonly reasons: readonly string[];
};

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
