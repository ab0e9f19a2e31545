import { readFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { FilesError, filesErrorFrom, findPictures, readAnimatedPicture, readPicture, readPictureBytes } from "#files";
import {
  type Animation,
  decodeApng,
  decodeAseprite,
  flattenAseprite,
  PixelsError,
  parseAtlasFile,
  type Raster,
  readPngHeader,
  unpackAtlas,
} from "#pixels";
import { staysInside } from "./output-names.ts";

/** An animation from disk. Frames may be of unequal sizes where they come from single files. */
export type AnimationFile = {
  /** What it was read from: a file, a sheet's JSON, or a list of frames by the first of them. */
  readonly source: string;
  readonly frames: readonly Raster[];
  readonly durationsMs: readonly number[];
  readonly tags: NonNullable<Animation["tags"]>;
  /** How often all is played, 0 for ever; undefined where the format does not say. */
  readonly plays: number | undefined;
};

export type AnimationFailure = { readonly source: string; readonly error: unknown };

/**
 * Reads the animations that paths stand for. GIF, WebP, APNG, .aseprite and sheets (the JSON, or a PNG with its JSON
 * beside it) are one each; all other pictures together are the frames of one, in the order given, and so are the
 * pictures of a folder. What cannot be read comes as a failure; nothing is thrown but the signal's reason.
 */
export async function readAnimations(
  paths: readonly string[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly (AnimationFile | AnimationFailure)[]> {
  const read: (AnimationFile | AnimationFailure)[] = [];
  const loose: string[] = [];
  for (const path of paths) {
    signal?.throwIfAborted();
    const extension = extname(path).toLowerCase();
    try {
      const found = await findPictures([path]);
      const isFolder = found.length !== 1 || found[0].file !== path;
      if (isFolder) {
        read.push(await readFrames(found.map(pictureOrThrow), path));
        continue;
      }
      if ("error" in found[0]) throw found[0].error;
      const animation = await readAnimationFile(path, extension);
      if (animation === undefined) loose.push(path);
      else read.push(animation);
    } catch (error) {
      read.push({ source: path, error: named(error, path) });
    }
  }
  if (loose.length > 0)
    try {
      read.push(await readFrames(loose, loose[0]));
    } catch (error) {
      read.push({ source: loose[0], error });
    }
  return read;
}

function pictureOrThrow(found: Awaited<ReturnType<typeof findPictures>>[number]): string {
  if ("error" in found) throw found.error;
  return found.file;
}

async function readFrames(files: readonly string[], source: string): Promise<AnimationFile> {
  const frames: Raster[] = [];
  for (const file of files) frames.push(await readPicture(file));
  return { source, frames, durationsMs: frames.map(() => 100), tags: [], plays: undefined };
}

/** Undefined for a picture that is a single frame. */
async function readAnimationFile(path: string, extension: string): Promise<AnimationFile | undefined> {
  if (extension === ".json") return readSheet(path, undefined);
  const bytes = await readPictureBytes(resolve(path));
  if (bytes[4] === 0xe0 && bytes[5] === 0xa5 && bytes[0] !== 0x89) {
    const { frames, durationsMs, tags = [] } = flattenAseprite(decodeAseprite(bytes));
    return { source: path, frames, durationsMs, tags, plays: undefined };
  }
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (start.startsWith("GIF8") || (start.startsWith("RIFF") && start.endsWith("WEBP"))) {
    const { frames, durationsMs, plays } = await readAnimatedPicture(bytes, { name: resolve(path) });
    return { source: path, frames, durationsMs, tags: [], plays };
  }
  if (bytes[0] === 0x89 && readPngHeader(bytes).frames > 1) {
    const { frames, durationsMs, plays } = decodeApng(bytes);
    return { source: path, frames, durationsMs, tags: [], plays };
  }
  const json = `${path.slice(0, path.length - extension.length)}.json`;
  return (await isThere(json)) ? readSheet(json, path) : undefined;
}

async function readSheet(json: string, image: string | undefined): Promise<AnimationFile> {
  const path = resolve(json);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw filesErrorFrom(cause, "read", path);
  });
  const { frames, image: named, tags = [] } = parseAtlasFile(text, path);
  const sheet = image ?? (named === undefined ? undefined : join(dirname(json), named));
  if (sheet === undefined)
    throw new FilesError("missing", path, `Cannot find the picture of ${path}: it names none; give the PNG instead`);
  if (image === undefined && named !== undefined && !staysInside(named))
    throw new FilesError(
      "failed",
      path,
      `Cannot read ${path}: its picture ${JSON.stringify(named)} leads out of its folder; give the PNG instead`,
    );
  const sprites = unpackAtlas(await readPicture(sheet), frames);
  return {
    source: json,
    frames: sprites.map(({ raster }) => raster),
    durationsMs: sprites.map(({ durationMs }) => durationMs ?? 100),
    tags,
    plays: undefined,
  };
}

async function isThere(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}

/** The codecs of pixels do not know what file they read. */
function named(error: unknown, path: string): unknown {
  if (!(error instanceof PixelsError) || error.message.includes(path)) return error;
  return new FilesError("damaged", path, error.message.replace(/^Cannot read [^:]*:/, `Cannot read ${path}:`), error);
}
