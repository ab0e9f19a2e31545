import { readFile } from "node:fs/promises";
import { type Recipe, readRecipe } from "#asset";
import { decodePng, type Raster } from "#pixels";
import { StudioError } from "./studio-error.ts";

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
