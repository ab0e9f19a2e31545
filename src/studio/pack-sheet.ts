import { basename, dirname, extname, join, resolve } from "node:path";
import { makeFolder, writeFileAtomically } from "#files";
import {
  type Atlas,
  type AtlasFormat,
  encodePng,
  formatAtlasFile,
  layOutGrid,
  type PackOptions,
  packAtlas,
  type Sprite,
} from "#pixels";
import { type PictureFailure, type PictureFile, readPictures, refuseExisting } from "./picture-files.ts";
import { StudioError } from "./studio-error.ts";

export type PackSheetOptions = PackOptions & {
  /** The sheet, a .png file; its JSON lies beside it under the same name. */
  readonly out: string;
  readonly format?: AtlasFormat | undefined;
  /** Equal cells, so many in a row, instead of an atlas; sprites of unequal size are then refused. */
  readonly columns?: number | undefined;
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type PackedSheet = {
  readonly files: readonly [png: string, json: string];
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Places in the sheet: fewer than frames where sprites are equal. */
  readonly places: number;
  /** How much of the sheet's area the frames take, 0 to 1. */
  readonly filled: number;
};

/**
 * Packs the pictures that paths stand for into one sheet with its JSON. Those that cannot be read come in `failures`,
 * and the others are packed. Throws StudioError, PixelsError or FilesError when there is no sheet, and then leaves what
 * was there.
 */
export async function packSheet(
  paths: readonly string[],
  options: PackSheetOptions,
): Promise<PackedSheet & { readonly failures: readonly PictureFailure[] }> {
  const { out, format = "aseprite", columns, force = false, signal } = options;
  if (extname(out).toLowerCase() !== ".png")
    throw new StudioError("invalid-order", `Cannot write a sheet to ${out}: name a .png file with --out`);
  const files = [out, join(dirname(out), `${basename(out, extname(out))}.json`)] as const;
  if (!force) for (const file of files) await refuseExisting(file);
  const failures: PictureFailure[] = [];
  const pictures: PictureFile[] = [];
  for await (const read of readPictures(paths, { signal })) {
    if (read.kind === "failed") failures.push(read);
    // A sheet that stood there before is not one of its own sprites.
    else if (resolve(read.source) !== resolve(out)) pictures.push(read);
  }
  if (pictures.length === 0)
    throw failures[0]?.error ?? new StudioError("invalid-order", "Cannot pack 0 sprites: name some pictures");
  const sprites = namedSprites(pictures);
  const { raster, frames } = columns === undefined ? packAtlas(sprites, options) : asGrid(pictures, sprites, options);
  const { width, height } = raster;
  const text = formatAtlasFile(frames, { format, image: basename(out), width, height, software: "dgx-pixels" });
  signal?.throwIfAborted();
  await makeFolder(dirname(resolve(out)));
  await writeFileAtomically(files[0], encodePng(raster), { signal, onlyIfAbsent: !force });
  await writeFileAtomically(files[1], text, { signal, onlyIfAbsent: !force });
  const places = new Map(frames.map((frame) => [`${frame.x},${frame.y}`, frame.width * frame.height]));
  const area = [...places.values()].reduce((sum, pixels) => sum + pixels, 0);
  const filled = Math.round((area / (width * height)) * 1000) / 1000;
  return { files, width, height, frames: frames.length, places: places.size, filled, failures };
}

/** Sprites by their files' names without ending; two of one name are told by their files. */
function namedSprites(pictures: readonly PictureFile[]): Sprite[] {
  const sources = new Map<string, string>();
  return pictures.map(({ name, source, raster }) => {
    const spriteName = name.slice(0, name.length - extname(name).length);
    const key = spriteName.toLowerCase();
    const other = sources.get(key);
    if (other !== undefined)
      throw new StudioError(
        "invalid-order",
        `Cannot pack ${other} and ${source} together: both would be called ${JSON.stringify(spriteName)}; rename one`,
      );
    sources.set(key, source);
    return { name: spriteName, raster };
  });
}

function asGrid(
  pictures: readonly PictureFile[],
  sprites: readonly Sprite[],
  { columns, padding }: PackSheetOptions,
): Atlas {
  const [first] = pictures;
  const odd = pictures.find(
    ({ raster }) => raster.width !== first.raster.width || raster.height !== first.raster.height,
  );
  if (odd !== undefined)
    throw new StudioError(
      "invalid-order",
      `Cannot lay sprites of unequal size out in columns: ${odd.source} has ${odd.raster.width} x ${odd.raster.height} ` +
        `pixels, ${first.source} ${first.raster.width} x ${first.raster.height}; leave --columns out to pack them`,
    );
  const { raster, cells } = layOutGrid(
    sprites.map((sprite) => sprite.raster),
    { columns, padding: padding ?? 0 },
  );
  const frames = cells.map((cell, index) => ({
    name: sprites[index].name,
    ...cell,
    offsetX: 0,
    offsetY: 0,
    sourceWidth: cell.width,
    sourceHeight: cell.height,
  }));
  return { raster, frames };
}
