import { stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { findPictures, makeFolder, writeFileAtomically } from "#files";
import {
  type AnimateOptions,
  type Animation,
  type AnimationKindName,
  animateSprite,
  animationKindNames,
  asepriteOfAnimation,
  createRaster,
  encodeApng,
  encodeAseprite,
  encodeGif,
  encodePng,
  formatAtlasFile,
  joinAnimations,
  layOutGrid,
  scaleInteger,
} from "#pixels";
import { outputNames } from "./output-names.ts";
import { type PictureFailure, type PictureFile, readPictures, refuseExisting } from "./picture-files.ts";
import { StudioError } from "./studio-error.ts";

export type AnimationFormat = "sheet" | "gif" | "apng" | "aseprite";

export type AnimateFilesOptions = AnimateOptions & {
  /** Several give one file with one tag each, in this order. */
  readonly kinds: readonly AnimationKindName[];
  /** By default what the ending of `out` says, else a sheet. */
  readonly formats?: readonly AnimationFormat[] | undefined;
  /** A folder, or for one sprite a file; by default beside each sprite. */
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
  /** How often GIF and APNG are played, 0 for ever; by default once where no kind leads back to its first frame. */
  readonly plays?: number | undefined;
  /** Enlarges the result by a whole factor. */
  readonly scale?: number | undefined;
  /** Frames in a row of a sheet; by default each kind has a row of its own. */
  readonly columns?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type AnimateEvent =
  | {
      readonly kind: "animated";
      readonly source: string;
      /** A sheet comes as a PNG and a JSON file. */
      readonly files: readonly string[];
      readonly animation: Animation;
      /** Where the sprite's own top left corner lies in each frame, before scaling. */
      readonly origin: { readonly x: number; readonly y: number };
    }
  | PictureFailure;

const endings: Readonly<Record<AnimationFormat, string>> = {
  sheet: ".png",
  gif: ".gif",
  apng: ".apng",
  aseprite: ".aseprite",
};

/** What an ending stands for, beside the one that is written by default. */
const formatOfEnding: Readonly<Record<string, AnimationFormat>> = {
  ".png": "sheet",
  ".gif": "gif",
  ".apng": "apng",
  ".aseprite": "aseprite",
  ".ase": "aseprite",
};

/**
 * Animates the sprites that paths stand for, folders included. One that fails comes as a failure, leaves what was there,
 * and the others go on. Throws a StudioError for options that do not go together, and the signal's reason.
 */
export async function* animateFiles(
  paths: readonly string[],
  options: AnimateFilesOptions,
): AsyncGenerator<AnimateEvent> {
  const { kinds, force = false, signal } = options;
  if (kinds.length === 0) throw new StudioError("invalid-order", "Cannot animate without a kind: give --kind idle");
  const placesOf = await planPlaces(options);
  const isEarlierResult = await earlierResults(paths);
  let sprites = 0;
  for await (const read of readPictures(paths, { signal })) {
    if (isEarlierResult(read.source)) continue;
    if (read.kind === "failed") {
      yield read;
      continue;
    }
    const { source } = read;
    let event: AnimateEvent;
    try {
      const places = placesOf(read, sprites++);
      if (!force) for (const { files } of places) for (const file of files) await refuseExisting(file);
      const joined = joinAnimations(
        [...new Set(kinds)].map((kind) => animateSprite(read.raster, kind, optionsFor(options))),
      );
      const returns = kinds.some((kind) => !endsElsewhere.has(kind));
      const scaled = scaledBy(joined, options.scale ?? 1);
      const name = basename(read.name, extname(read.name));
      const written: string[] = [];
      // All is made before the first is written: what a format refuses leaves none behind.
      const made = places.map(({ format, files }) => ({
        files,
        contents: encodeAs(format, scaled, {
          plays: options.plays ?? (returns ? 0 : 1),
          columns: options.columns,
          name,
          image: basename(files[0]),
        }),
      }));
      for (const { files, contents } of made)
        for (const [index, file] of files.entries()) {
          signal?.throwIfAborted();
          await makeFolder(dirname(resolve(file)));
          await writeFileAtomically(file, contents[index], { signal, onlyIfAbsent: !force });
          written.push(file);
        }
      event = { kind: "animated", source, files: written, animation: scaled, origin: joined.origin };
    } catch (error) {
      signal?.throwIfAborted();
      event = { kind: "failed", source, error };
    }
    yield event;
  }
}

/**
 * Beside their sprites lie the sheets and GIFs of earlier runs on the same folder: files named as another one, with kinds
 * behind. They are left out unless named.
 */
async function earlierResults(paths: readonly string[]): Promise<(source: string) => boolean> {
  const named = new Set(paths.map((path) => resolve(path)));
  const stems = new Set((await findPictures(paths)).map(({ file }) => stemOf(resolve(file))));
  const endings = new Set<string>([...animationKindNames(), "animated"]);
  return (source) => {
    if (named.has(resolve(source))) return false;
    const words = stemOf(resolve(source)).split("-");
    for (let count = words.length - 1; count > 0 && endings.has(words[count]); count--)
      if (stems.has(words.slice(0, count).join("-"))) return true;
    return false;
  };
}

/** The path without its ending. */
function stemOf(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

const endsElsewhere = new Set<AnimationKindName>(["dissolve", "appear", "rise", "fall"]);

function optionsFor({ frames, durationMs, strength, facing, seed }: AnimateFilesOptions): AnimateOptions {
  return {
    ...(frames !== undefined && { frames }),
    ...(durationMs !== undefined && { durationMs }),
    ...(strength !== undefined && { strength }),
    ...(facing !== undefined && { facing }),
    ...(seed !== undefined && { seed }),
  };
}

type PlannedFiles = { readonly format: AnimationFormat; readonly files: readonly string[] };

/** Where each sprite's files go; `before` says how many sprites came before it. */
async function planPlaces({
  out,
  formats: wanted,
  kinds,
}: AnimateFilesOptions): Promise<(picture: PictureFile, before: number) => PlannedFiles[]> {
  const ending = out === undefined ? "" : extname(out).toLowerCase();
  const isFolder =
    out !== undefined &&
    (await stat(out).then(
      (status) => status.isDirectory(),
      () => ending === "",
    ));
  if (out !== undefined && !isFolder) {
    const meant = formatOfEnding[ending];
    const formats = [...new Set(wanted ?? (meant === undefined ? [] : [meant]))];
    if (formats.length !== 1)
      throw new StudioError(
        "invalid-order",
        formats.length === 0
          ? `Cannot tell the format from the ending ${ending || "of"} ${ending ? "of " : ""}${out}: ` +
              "end it in .gif, .apng, .png, .aseprite, or give --format"
          : `Cannot write ${formats.length} formats to the file ${out}: name a folder with --out`,
      );
    const [format] = formats;
    return (_picture, before) => {
      if (before > 0)
        throw new StudioError("invalid-order", `Cannot write a second sprite to ${out}: name a folder with --out`);
      return [{ format, files: filesOf(format, out) }];
    };
  }
  const formats = [...new Set(wanted ?? (["sheet"] as const))];
  const suffix = kinds.length > 3 ? "animated" : [...new Set(kinds)].join("-");
  const folders = new Map<string, ReturnType<typeof outputNames>>();
  return ({ source, name }) => {
    const folder = out ?? dirname(source);
    const names = folders.get(resolve(folder)) ?? outputNames(folder);
    folders.set(resolve(folder), names);
    const place = out === undefined ? basename(name) : name;
    const stem = `${stemOf(place)}-${suffix}`;
    return formats.map((format) => ({
      format,
      files: filesOf(format, `${stem}${endings[format]}`).map((file) => names.claim(file, source)),
    }));
  };
}

function filesOf(format: AnimationFormat, file: string): string[] {
  if (format !== "sheet") return [file];
  return [file, join(dirname(file), `${basename(file, extname(file))}.json`)];
}

function scaledBy(animation: Animation, factor: number): Animation {
  if (factor === 1) return animation;
  return { ...animation, frames: animation.frames.map((frame) => scaleInteger(frame, factor)) };
}

type EncodeOptions = {
  readonly plays: number;
  readonly columns: number | undefined;
  readonly name: string;
  readonly image: string;
};

/** The contents of the format's files, in the order of `filesOf`. */
function encodeAs(format: AnimationFormat, animation: Animation, options: EncodeOptions): (Uint8Array | string)[] {
  const { plays, columns, name, image } = options;
  if (format === "gif") return [encodeGif(animation, { plays })];
  if (format === "apng") return [encodeApng(animation, { plays })];
  if (format === "aseprite") return [encodeAseprite(asepriteOfAnimation(animation))];
  const { durationsMs, tags = [] } = animation;
  const { raster, cells } = layOutRuns(animation, columns);
  const text = formatAtlasFile(
    cells.map((cell, index) => ({
      name: `${name} ${index}.png`,
      ...cell,
      offsetX: 0,
      offsetY: 0,
      sourceWidth: cell.width,
      sourceHeight: cell.height,
      durationMs: durationsMs[index],
    })),
    { format: "aseprite", image, width: raster.width, height: raster.height, software: "dgx-pixels", tags },
  );
  return [encodePng(raster), text];
}

/** A row for each kind, as long as the longest; with a number of columns all frames one after the other. */
function layOutRuns({ frames, tags = [] }: Animation, columns: number | undefined) {
  if (columns !== undefined) return layOutGrid(frames, { columns });
  const longest = Math.max(...tags.map(({ from, to }) => to - from + 1));
  const [{ width, height }] = frames;
  const empty = createRaster(width, height);
  const places: number[] = [];
  const filled = tags.flatMap(({ from, to }, row) =>
    Array.from({ length: longest }, (_, column) => {
      if (from + column > to) return empty;
      places.push(row * longest + column);
      return frames[from + column];
    }),
  );
  const { raster, cells } = layOutGrid(filled, { columns: longest });
  return { raster, cells: places.map((place) => cells[place]) };
}
