import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Metadata, Sharp, SharpOptions } from "sharp";
import { FilesError, type FilesErrorCode, filesErrorFrom } from "./files-error.ts";
import { isPng, readPngHeader } from "./png-header.ts";

/** Row by row from the top left, four bytes a pixel (red, green, blue, alpha), sRGB, straight alpha. */
export type Picture = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
};

export type ReadPictureOptions = {
  /** A picture of more pixels is refused from its header alone. */
  readonly maxPixels?: number;
  /** What to call the picture in errors when it is given as bytes. */
  readonly name?: string;
};

type Format = "png" | "jpeg" | "webp" | "gif";

const defaultMaxPixels = 4096 * 4096;
const maxBytes = 256 * 1024 * 1024;

/**
 * Reads a PNG, JPEG, WebP or GIF from a path or from its bytes. The values of an 8-bit PNG come exactly as stored,
 * colours under zero alpha included, whatever its colour profile says. Refused with one sentence each: a missing file,
 * a folder, what is no picture or is cut or damaged, 16 bits a channel, an animation, more than `maxPixels`.
 * Throws FilesError.
 */
export async function readPicture(source: string | Uint8Array, options: ReadPictureOptions = {}): Promise<Picture> {
  const { maxPixels = defaultMaxPixels } = options;
  const name = typeof source === "string" ? resolve(source) : (options.name ?? "the picture");
  const bytes = typeof source === "string" ? await readPictureBytes(name) : source;
  const format = formatOf(bytes);
  if (format === undefined)
    throw refusal(
      "not-a-picture",
      name,
      bytes.length === 0 ? "it is empty" : "it is not a PNG, JPEG, WebP or GIF",
      "give a picture in one of these formats",
    );

  const png = format === "png" ? readPngHeader(bytes) : undefined;
  if (format === "png") {
    if (png === undefined) throw truncated(name);
    if (png.width === 0 || png.height === 0)
      throw refusal("damaged", name, `it has ${png.width} x ${png.height} pixels`, "export it again from its source");
    refuseTooManyPixels(name, png.width, png.height, maxPixels);
    if (png.animated) throw animated(name);
    if (png.depth > 8)
      throw refusal("too-deep", name, `it has ${png.depth} bits a channel`, "save it with 8 bits a channel");
    if (!png.complete) throw truncated(name);
  }

  const { default: sharp } = await import("sharp");
  const settings: SharpOptions = {
    failOn: "error",
    limitInputPixels: maxPixels,
    unlimited: false,
    // A profile would move the colours of a palette; only JPEG is a photograph, at times in CMYK.
    ignoreIcc: format !== "jpeg",
  };
  const decoder = sharp(bytes, settings);
  if (format !== "png") refuseByMetadata(name, await decoded(name, () => headerOf(sharp, bytes)), maxPixels);
  if (format === "jpeg") decoder.autoOrient();
  const { data, info } = await decoded(name, () =>
    decoder.toColourspace("srgb").ensureAlpha().raw().toBuffer({ resolveWithObject: true }),
  );
  const pixels = new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength);
  if (png?.transparentColor !== undefined) clearColor(pixels, png.transparentColor);
  return { width: info.width, height: info.height, data: pixels };
}

/** The whole of a regular file of a picture's size; a pipe or device could go on for ever. Throws FilesError. */
export async function readPictureBytes(path: string): Promise<Uint8Array> {
  try {
    const status = await stat(path);
    if (status.isDirectory()) throw refusal("is-a-folder", path, "it is a folder", "name a file in it");
    if (!status.isFile()) throw refusal("not-a-file", path, "it is not a regular file", "save the picture to a file");
    if (status.size > maxBytes)
      throw refusal("too-large", path, `it has ${status.size} bytes`, `give a file of ${maxBytes} at most`);
    return await readFile(path);
  } catch (cause) {
    throw filesErrorFrom(cause, "read", path);
  }
}

/** By the first bytes, since sharp would also render SVG and others that we do not promise. */
function formatOf(bytes: Uint8Array): Format | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (isPng(bytes)) return "png";
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) return "gif";
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return "webp";
  return undefined;
}

async function headerOf(sharp: (bytes: Uint8Array, options: SharpOptions) => Sharp, bytes: Uint8Array) {
  return await sharp(bytes, { limitInputPixels: false, failOn: "error" }).metadata();
}

function refuseByMetadata(name: string, { width, height, pages = 1 }: Metadata, maxPixels: number): void {
  refuseTooManyPixels(name, width, height, maxPixels);
  if (pages > 1) throw animated(name);
}

function refuseTooManyPixels(name: string, width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw refusal(
    "too-large",
    name,
    `it has ${width} x ${height} pixels`,
    `give one of ${maxPixels} pixels in all at most`,
  );
}

async function decoded<Result>(name: string, decode: () => Promise<Result>): Promise<Result> {
  try {
    return await decode();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (/premature end|unexpected end|unable to parse image|truncated/i.test(text)) throw truncated(name, cause);
    throw refusal("damaged", name, "its data is damaged", "save it again from its source", cause);
  }
}

/** libvips reads the transparent colour of grey and indexed pictures only. */
function clearColor(pixels: Uint8ClampedArray, [red, green, blue]: readonly [number, number, number]): void {
  for (let index = 0; index < pixels.length; index += 4)
    if (pixels[index] === red && pixels[index + 1] === green && pixels[index + 2] === blue) pixels[index + 3] = 0;
}

function truncated(name: string, cause?: unknown): FilesError {
  return refusal("truncated", name, "it ends too early", "copy or download it again", cause);
}

function animated(name: string): FilesError {
  return refusal("animated", name, "it is animated", "export one frame of it as a PNG");
}

function refusal(code: FilesErrorCode, name: string, reason: string, remedy: string, cause?: unknown): FilesError {
  return new FilesError(code, name, `Cannot read ${name}: ${reason}; ${remedy}`, cause);
}
