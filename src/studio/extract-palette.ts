import { basename, extname, resolve } from "node:path";
import { createColorCounter, type Palette, PixelsError } from "#pixels";
import { type PictureFailure, readPictures } from "./picture-files.ts";

export type ExtractedPalette = {
  readonly palette: Palette;
  /** How many pictures it was taken from, and how many different colours they have in all. */
  readonly pictures: number;
  readonly colorsInAll: number;
  /** Pictures that could not be read and are not in it. */
  readonly failures: readonly PictureFailure[];
};

/**
 * One palette for all pictures that the paths stand for: exactly `count` of their colours, if they have as many, or as few
 * as look the same ("auto"). Throws a PixelsError when no picture has a visible pixel or the count is none of 1 to 256.
 */
export async function extractPaletteFrom(
  paths: readonly string[],
  options: {
    readonly count: number | "auto";
    readonly name?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ExtractedPalette> {
  const counter = createColorCounter();
  const failures: PictureFailure[] = [];
  let pictures = 0;
  for await (const read of readPictures(paths, { signal: options.signal })) {
    if (read.kind === "failed") {
      failures.push(read);
      continue;
    }
    pictures++;
    counter.add(read.raster);
  }
  const colors = counter.palette(options.count);
  if (colors.length === 0 && failures.length === 0)
    throw new PixelsError(
      "Cannot extract a palette: all of the picture is transparent; give one with a visible pixel",
      {
        code: "nothing-visible",
      },
    );
  const name = options.name ?? (paths.length === 1 ? basename(resolve(paths[0]), extname(paths[0])) : "shared");
  return { palette: { name, colors }, pictures, colorsInAll: counter.colors(), failures };
}
