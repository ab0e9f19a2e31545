import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { FilesError, filesErrorFrom, makeFolder, readPicture, writeFileAtomically } from "#files";
import {
  checkFrameNames,
  encodePng,
  findIslands,
  inferGrid,
  parseAtlasFile,
  type Raster,
  type SheetGrid,
  splitGrid,
  unpackAtlas,
} from "#pixels";
import { refuseExisting } from "./picture-files.ts";
import { StudioError } from "./studio-error.ts";

export type SplitOptions = {
  /** Where the sprites go; by default a folder beside the sheet with its name. */
  readonly out?: string | undefined;
  /** The atlas's JSON; by default the one beside the sheet, unless a grid or islands are asked for. */
  readonly atlas?: string | undefined;
  /** The cells' size; "auto" finds it. */
  readonly grid?: "auto" | { readonly width: number; readonly height: number } | undefined;
  readonly spacing?: number | undefined;
  readonly margin?: number | undefined;
  readonly islands?: boolean | undefined;
  /** With islands: parts with at most this many transparent pixels between them are one sprite. */
  readonly merge?: number | undefined;
  /** With islands: those with fewer visible pixels are left out. */
  readonly leastPixels?: number | undefined;
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** A sprite in a sheet and the file it was written to. */
export type SplitSprite = {
  readonly file: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

export type SplitSheet = {
  readonly source: string;
  readonly folder: string;
  /** How the sprites were found. */
  readonly by: "atlas" | "grid" | "islands";
  readonly grid?: SheetGrid;
  readonly sprites: readonly SplitSprite[];
};

/** Beyond this a sheet is noise, or a photograph. */
const mostSprites = 4096;

/**
 * Cuts a sheet into its sprites: by its atlas's JSON into the sprites that were packed, else by a grid, given or found,
 * or by islands of visible pixels. Writes all or, when a file is there and `force` is not given, none. Throws
 * StudioError, PixelsError or FilesError.
 */
export async function splitSheet(source: string, options: SplitOptions = {}): Promise<SplitSheet> {
  const { force = false, signal } = options;
  refuseContradictions(options);
  const stem = basename(source, extname(source));
  const sheet = await readPicture(source);
  const { by, grid, found } = await findSprites(source, stem, sheet, options);
  if (found.length === 0)
    throw new StudioError("unsupported", `Cannot split ${source}: all of it is transparent; give a sheet with sprites`);
  if (found.length > mostSprites)
    throw new StudioError(
      "unsupported",
      `Cannot split ${source}: it falls into ${found.length} parts, more than ${mostSprites}; give a grid, or let ` +
        "islands merge over a greater distance",
    );
  checkFrameNames(found.map(({ name }) => name));
  const folder = options.out ?? join(dirname(source), stem);
  const sprites = found.map(({ name, raster, ...place }) => ({ file: join(folder, `${name}.png`), raster, place }));
  if (!force) for (const { file } of sprites) await refuseExisting(file);
  for (const { file, raster } of sprites) {
    signal?.throwIfAborted();
    await makeFolder(dirname(resolve(file)));
    await writeFileAtomically(file, encodePng(raster), { signal, onlyIfAbsent: !force });
  }
  return {
    source,
    folder,
    by,
    ...(grid && { grid }),
    sprites: sprites.map(({ file, raster: { width, height }, place }) => ({ file, ...place, width, height })),
  };
}

function refuseContradictions({ atlas, grid, islands, spacing, margin, merge, leastPixels }: SplitOptions): void {
  const ways = [atlas !== undefined && "--atlas", grid !== undefined && "--grid", islands === true && "--islands"];
  const given = ways.filter((way) => way !== false);
  if (given.length > 1)
    throw new StudioError("invalid-order", `Cannot split by ${given.join(" and ")} together: give one of them`);
  if ((spacing !== undefined || margin !== undefined) && (grid === undefined || grid === "auto"))
    throw new StudioError("invalid-order", "Cannot use a spacing or margin alone: give the cells' size with --grid");
  if ((merge !== undefined || leastPixels !== undefined) && islands !== true)
    throw new StudioError("invalid-order", "Cannot use --merge or --least-pixels alone: they go with --islands");
}

type FoundSprite = { readonly name: string; readonly x: number; readonly y: number; readonly raster: Raster };

type Findings = { readonly by: SplitSheet["by"]; readonly grid?: SheetGrid; readonly found: readonly FoundSprite[] };

async function findSprites(source: string, stem: string, sheet: Raster, options: SplitOptions): Promise<Findings> {
  const { grid, islands = false, merge, leastPixels, spacing = 0, margin = 0 } = options;
  if (islands) {
    const found = findIslands(sheet, { mergeDistance: merge, leastPixels });
    return { by: "islands", found: numbered(stem, found) };
  }
  const atlas = grid === undefined ? await atlasFor(source, options.atlas) : undefined;
  if (atlas !== undefined) {
    const { frames } = parseAtlasFile(await readText(atlas), atlas);
    const found = unpackAtlas(sheet, frames).map(({ name, raster }, index) => {
      const { x, y } = frames[index];
      return { name: withoutEnding(name), x, y, raster };
    });
    return { by: "atlas", found };
  }
  const cells: SheetGrid =
    grid === undefined || grid === "auto"
      ? inferGrid(sheet)
      : { cellWidth: grid.width, cellHeight: grid.height, spacing, margin };
  const found = splitGrid(sheet, cells).map(({ row, column, raster }) => ({
    x: cells.margin + column * (cells.cellWidth + cells.spacing),
    y: cells.margin + row * (cells.cellHeight + cells.spacing),
    raster,
  }));
  return { by: "grid", grid: cells, found: numbered(stem, found) };
}

/** The JSON that was named, else the one beside the sheet if there is one. */
async function atlasFor(source: string, named: string | undefined): Promise<string | undefined> {
  if (named !== undefined) return named;
  const beside = join(dirname(source), `${basename(source, extname(source))}.json`);
  return await stat(beside).then(
    (status) => (status.isFile() ? beside : undefined),
    () => undefined,
  );
}

/** An atlas of thousands of frames has some hundred kilobytes. */
const mostBytes = 64 * 2 ** 20;

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > mostBytes)
      throw new FilesError("too-large", file, `Cannot read ${file}: it has ${size} bytes; give an atlas's JSON`);
    return await readFile(file, "utf8");
  } catch (cause) {
    throw filesErrorFrom(cause, "read", resolve(file));
  }
}

/** Other programs name frames after the files they came from. */
function withoutEnding(name: string): string {
  return name.replace(/(?<=.)\.(?:png|gif|jpe?g|webp|aseprite|ase|psd)$/i, "");
}

function numbered<Found extends object>(stem: string, found: readonly Found[]): (Found & { readonly name: string })[] {
  const digits = Math.max(2, String(found.length).length);
  return found.map((sprite, index) => ({ name: `${stem}-${String(index + 1).padStart(digits, "0")}`, ...sprite }));
}
