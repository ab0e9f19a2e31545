import { basename, dirname, extname, resolve } from "node:path";
import { makeFolder, writeFileAtomically } from "#files";
import { encodePng, type Raster, repairSeams, repeatedArea, seamErrors, seamExcess, seamRank } from "#pixels";
import { outputNames } from "./output-names.ts";
import {
  type EditEvent,
  type EditOptions,
  editPictures,
  type PictureFailure,
  type PictureFile,
  readPictures,
  refuseExisting,
} from "./picture-files.ts";

/** What can be told of a texture's seams. */
export type TileFigures = {
  /** The steps where the edges meet as multiples of those inside, by direction: see `seamErrors`. */
  readonly seamError: { readonly across: number; readonly down: number };
  /** How conspicuous the seam is among the texture's own lines, 0 to 1: see `seamRank`. */
  readonly seamRank: number;
  readonly verdict: "seamless" | "unsure" | "seam";
};

/**
 * Measures a texture. The verdict takes three measures together, of which none tells grain from a cut through grain: the
 * mean step, how many of the texture's lines are less conspicuous, and whether its pattern has such steps itself.
 */
export function measureTile(raster: Raster): TileFigures {
  const errors = seamErrors(raster);
  const rank = seamRank(raster);
  const worst = Math.max(errors.across, errors.down);
  const isOfThePattern = seamExcess(raster) <= 1;
  const isSeam = !isOfThePattern && (worst >= 3 || (worst >= 1.75 && rank >= 0.8));
  const isSeamless = worst <= 1.15 || (isOfThePattern && (rank <= 0.6 || worst >= 2));
  return {
    seamError: { across: rounded(errors.across), down: rounded(errors.down) },
    seamRank: rounded(rank),
    verdict: isSeam ? "seam" : isSeamless ? "seamless" : "unsure",
  };
}

export type TileCheckOptions = {
  /** A folder for pictures of the texture repeated 3 x 3. */
  readonly preview?: string | undefined;
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type TileCheck = {
  readonly kind: "checked";
  readonly source: string;
  readonly width: number;
  readonly height: number;
  readonly figures: TileFigures;
  readonly raster: Raster;
  /** The texture repeated 3 x 3. */
  readonly previewFile?: string;
};

/** Measures how well textures repeat. One that cannot be read comes as a failure, and the others go on. */
export async function* checkTiles(
  paths: readonly string[],
  options: TileCheckOptions = {},
): AsyncGenerator<TileCheck | PictureFailure> {
  const { signal } = options;
  const write = previewWriter(options);
  for await (const read of readPictures(paths, { signal })) {
    if (read.kind === "failed") {
      yield read;
      continue;
    }
    const { source, raster } = read;
    const { width, height } = raster;
    let event: TileCheck | PictureFailure;
    try {
      const previewFile = await write(read, nineOf(raster));
      const figures = measureTile(raster);
      event = { kind: "checked", source, width, height, figures, raster, ...(previewFile && { previewFile }) };
    } catch (error) {
      signal?.throwIfAborted();
      event = { kind: "failed", source, error };
    }
    yield event;
  }
}

export type TileFix = {
  readonly before: TileFigures;
  readonly after: TileFigures;
  readonly changedPixels: number;
  /** How much the cuts inside show where old and new pixels meet, in the texture's own mean steps. */
  readonly cutError: number;
  readonly previewFile?: string;
};

/** Repairs the seams of textures by pixels of their own: see `repairSeams`. */
export function fixTiles(
  paths: readonly string[],
  { preview, ...options }: Omit<EditOptions, "suffix"> & { readonly preview?: string | undefined },
): AsyncGenerator<EditEvent<TileFix>> {
  const write = previewWriter({ preview, force: options.force });
  return editPictures(paths, { ...options, suffix: "-seamless" }, async (picture) => {
    const { raster, changedPixels, cutError } = repairSeams(picture.raster);
    const previewFile = await write(picture, nineOf(raster));
    return {
      steps: [{ step: "seams" }],
      raster,
      facts: {
        before: measureTile(picture.raster),
        after: measureTile(raster),
        changedPixels,
        cutError: rounded(cutError),
        ...(previewFile && { previewFile }),
      },
    };
  });
}

function nineOf(raster: Raster): Raster {
  return repeatedArea(raster, 0, 0, 3 * raster.width, 3 * raster.height);
}

/** A texture as often side by side as fits into so many columns, three times at most, and as often one above the other. */
export function repeatedFor(raster: Raster, columns: number): Raster {
  const times = Math.max(1, Math.min(3, Math.floor(columns / raster.width)));
  return repeatedArea(raster, 0, 0, times * raster.width, times * raster.height);
}

function previewWriter({
  preview: folder,
  force = false,
}: TileCheckOptions): (picture: PictureFile, preview: Raster) => Promise<string | undefined> {
  if (folder === undefined) return async () => undefined;
  const names = outputNames(folder);
  return async ({ source, name }, preview) => {
    const stem = basename(name, extname(name));
    const place = dirname(name) === "." ? "" : `${dirname(name)}/`;
    const file = names.claim(`${place}${stem}-3x3.png`, source);
    if (!force) await refuseExisting(file);
    await makeFolder(dirname(resolve(file)));
    await writeFileAtomically(file, encodePng(preview), { onlyIfAbsent: !force });
    return file;
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
