import { resolve } from "node:path";
import { FilesError } from "./files-error.ts";
import { type Picture, readPictureBytes } from "./picture.ts";

/** The frames of an animated GIF or WebP, as they are shown. */
export type AnimatedPicture = {
  readonly frames: readonly Picture[];
  /** Whole milliseconds from 1; 100 where the file says none, as browsers show it. */
  readonly durationsMs: readonly number[];
  /** How often it is played; 0: for ever. */
  readonly plays: number;
};

const defaultMaxPixels = 4096 * 4096;

/**
 * Reads a GIF or WebP with all its frames, from a path or from bytes; a still one has one. `maxPixels` counts all
 * frames together. Throws FilesError.
 */
export async function readAnimatedPicture(
  source: string | Uint8Array,
  options: { readonly maxPixels?: number; readonly name?: string } = {},
): Promise<AnimatedPicture> {
  const { maxPixels = defaultMaxPixels } = options;
  const name = typeof source === "string" ? resolve(source) : (options.name ?? "the picture");
  const bytes = typeof source === "string" ? await readPictureBytes(name) : source;
  const { default: sharp } = await import("sharp");
  try {
    const {
      width,
      pageHeight,
      height,
      pages = 1,
      delay = [],
      loop = 1,
      format,
    } = await sharp(bytes, {
      limitInputPixels: false,
      animated: true,
    }).metadata();
    if (format !== "gif" && format !== "webp")
      throw refusal("not-a-picture", name, "it is not a GIF or WebP", "give an animation in one of these formats");
    const frameHeight = pageHeight ?? height;
    if (width * frameHeight * pages > maxPixels)
      throw refusal(
        "too-large",
        name,
        `its ${pages} frames have ${width} x ${frameHeight} pixels`,
        `give one of ${maxPixels} pixels in all at most`,
      );
    const { data } = await sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, animated: true })
      .toColourspace("srgb")
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const frameBytes = width * frameHeight * 4;
    const frames = Array.from({ length: pages }, (_, page) => ({
      width,
      height: frameHeight,
      data: Uint8ClampedArray.from(data.subarray(page * frameBytes, (page + 1) * frameBytes)),
    }));
    return { frames, durationsMs: frames.map((_, page) => delay[page] || 100), plays: loop };
  } catch (cause) {
    if (cause instanceof FilesError) throw cause;
    throw refusal("damaged", name, "its data is damaged", "save it again from its source", cause);
  }
}

function refusal(
  code: "not-a-picture" | "too-large" | "damaged",
  name: string,
  reason: string,
  remedy: string,
  cause?: unknown,
): FilesError {
  return new FilesError(code, name, `Cannot read ${name}: ${reason}; ${remedy}`, cause);
}
