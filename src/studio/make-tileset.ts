import { stat } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { limits } from "#asset";
import { makeFolder, readPicture, slugOf, writeFileAtomically } from "#files";
import {
  checkSeams,
  describePair,
  describeTileset,
  drawMap,
  drawTileset,
  type EdgeStyleName,
  encodePng,
  type FittedTexture,
  fitTexture,
  formatGodotTileset,
  formatTiledTileset,
  mapToPalette,
  type Raster,
  sampleMap,
  type TilesetKind,
} from "#pixels";
import { refuseExisting } from "./picture-files.ts";
import { readPalette } from "./read-palette.ts";
import type { RunOptions, Studio } from "./studio.ts";
import { StudioError } from "./studio-error.ts";

export type MakeTilesetOptions = RunOptions & {
  readonly kind?: TilesetKind | undefined;
  /** Pixels a side of each tile: 8 to 64; 16 by default. */
  readonly size?: number | undefined;
  /** Decides textures that are drawn and the shape of the boundaries; drawn at random where a texture is, else 0. */
  readonly seed?: number | undefined;
  readonly edge?: EdgeStyleName | undefined;
  /** "#rrggbb" for the line of the edges "outline" and "shore". */
  readonly lineColor?: string | undefined;
  readonly roughness?: number | undefined;
  /** Both textures are mapped to its colours. */
  readonly palette?: string | undefined;
  readonly style?: string | undefined;
  readonly generator?: string | undefined;
  /** A folder, or the sheet's .png file; the folder one is in by default. */
  readonly out?: string | undefined;
  readonly tiled?: boolean | undefined;
  readonly godot?: boolean | undefined;
  readonly force?: boolean | undefined;
  /** Asked for only when a texture is to be drawn. */
  readonly studio: () => Promise<Studio>;
};

/** Where a texture came from, and what was done so that it repeats. */
export type TextureOrigin = {
  readonly name: string;
  readonly file?: string;
  readonly prompt?: string;
  readonly seed?: number;
  readonly generator?: string;
  readonly seamBefore: number;
  readonly seamAfter: number;
  readonly wasCropped: boolean;
  readonly wasRepaired: boolean;
};

export type MadeTileset = {
  /** The sheet, its JSON, the sample map, and files for editors. */
  readonly files: readonly string[];
  readonly map: Raster;
  readonly tiles: number;
  readonly size: number;
  readonly kind: TilesetKind;
  readonly seed: number;
  readonly textures: { readonly lower: TextureOrigin; readonly upper: TextureOrigin };
  readonly seams: {
    readonly pairs: number;
    readonly pairsInMaps: number;
    readonly worst: number;
    readonly mean: number;
    readonly bad: readonly ReturnType<typeof describePair>[];
  };
};

/** Cells of the sample map. */
const mapColumns = 20;
const mapRows = 14;

/**
 * Makes a tileset of two textures, each a picture file or words that a generator draws. Writes the sheet, a JSON that
 * says which tile joins what, a sample map, and files for Tiled and Godot where asked. All or nothing: without `force`
 * no file may be there. Throws an error of one sentence.
 */
export async function makeTileset(lower: string, upper: string, options: MakeTilesetOptions): Promise<MadeTileset> {
  const {
    kind = "blob",
    size = 16,
    edge = "outline",
    roughness = 0.75,
    lineColor,
    palette,
    force = false,
    signal,
  } = options;
  if (!Number.isInteger(size) || size < 8 || size > 64)
    throw new StudioError("invalid-order", `Cannot make tiles of ${size} pixels: give a whole number from 8 to 64`);
  const { seed: wanted } = options;
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 0 && wanted <= limits.seed))
    throw new StudioError("invalid-order", `Cannot use seed ${wanted}: give a whole number from 0 to ${limits.seed}`);
  const isDrawn = { lower: !(await isFile(lower)), upper: !(await isFile(upper)) };
  const names = { lower: nameOf(lower, isDrawn.lower), upper: nameOf(upper, isDrawn.upper) };
  const files = await filesFor(`${slugOf(names.upper, 40)}-on-${slugOf(names.lower, 40)}`, options);
  const colors = palette === undefined ? undefined : (await readPalette(palette)).colors;

  const read = async (which: "lower" | "upper", seed: number | undefined): Promise<Texture> => {
    const from = which === "lower" ? lower : upper;
    const texture = isDrawn[which] ? await drawTexture(from, size, seed, options) : await readTexture(from);
    const raster = colors === undefined ? texture.raster : mapToPalette(texture.raster, colors);
    return { origin: texture.origin, fitted: fitTexture(raster, size, from) };
  };
  const first = await read("lower", options.seed);
  // Another seed for the other texture: drawn from the same noise the two would have the same pattern.
  const second = await read("upper", nextSeed(options.seed ?? first.origin.seed));
  signal?.throwIfAborted();

  const seed = options.seed ?? first.origin.seed ?? previousSeed(second.origin.seed) ?? 0;
  const tileset = drawTileset(first.fitted.raster, second.fitted.raster, { kind, seed, edge, roughness, lineColor });
  const seams = checkSeams(tileset);
  const map = drawMap(tileset, sampleMap(tileset, mapColumns, mapRows, seed));
  const textures = { lower: originOf(names.lower, first), upper: originOf(names.upper, second) };
  const image = files.name(files.sheet);
  const description = describeTileset(tileset, {
    image,
    names,
    seams,
    made: { seed, edge, roughness, ...(lineColor && { lineColor }), textures },
  });
  const editor = { name: files.stem, image, names };
  const written: readonly (readonly [string, Uint8Array | string])[] = [
    [files.sheet, encodePng(tileset.sheet)],
    [files.json, `${JSON.stringify(description, undefined, 1)}\n`],
    [files.map, encodePng(map)],
    ...(files.tiled === undefined ? [] : [[files.tiled, formatTiledTileset(tileset, editor)] as const]),
    ...(files.godot === undefined ? [] : [[files.godot, formatGodotTileset(tileset, editor)] as const]),
  ];
  await makeFolder(dirname(resolve(files.sheet)));
  for (const [file, bytes] of written) await writeFileAtomically(file, bytes, { signal, onlyIfAbsent: !force });
  const { pairs, pairsInMaps, worst, mean } = description.seams;
  return {
    files: written.map(([file]) => file),
    map,
    tiles: tileset.tiles.length,
    size,
    kind,
    seed,
    textures,
    seams: { pairs, pairsInMaps, worst, mean, bad: seams.bad.map((pair) => describePair(tileset, pair)) },
  };
}

type Texture = {
  readonly origin: Pick<TextureOrigin, "file" | "prompt" | "seed" | "generator">;
  readonly fitted: FittedTexture;
};

function originOf(name: string, { origin, fitted }: Texture): TextureOrigin {
  const { before, after, wasCropped, wasRepaired } = fitted;
  return { name, ...origin, seamBefore: rounded(before), seamAfter: rounded(after), wasCropped, wasRepaired };
}

/** Words that end like a picture, or look like a path, are meant as a file, though it may not be there. */
async function isFile(text: string): Promise<boolean> {
  if (/\.(?:png|jpe?g|webp|gif)$/i.test(text)) return true;
  return await stat(text).then(
    (status) => status.isFile(),
    () => false,
  );
}

function nameOf(text: string, isDrawn: boolean): string {
  return isDrawn ? text.trim() : text.replace(/^.*[\\/]/, "").replace(/(?<=.)\.[^.]*$/, "");
}

async function readTexture(file: string) {
  return { raster: await readPicture(file), origin: { file } };
}

async function drawTexture(prompt: string, size: number, seed: number | undefined, options: MakeTilesetOptions) {
  const { style, signal, onProgress, generator } = options;
  const studio = await options.studio();
  const { sizes } = await studio.describe(generator);
  const native = sizes.toSorted((a, b) => a - b).find((drawn) => drawn >= size) ?? Math.max(...sizes);
  const order = { prompt, seed, style, size: native, tile: true, background: "opaque" as const };
  for await (const { raster, recipe } of studio.generate(order, { signal, onProgress, generator }))
    return { raster, origin: { prompt, seed: recipe.request.seed, generator: recipe.generator.name } };
  throw new StudioError("unsupported", `Cannot draw the texture ${JSON.stringify(prompt)}: the generator gave none`);
}

function nextSeed(seed: number | undefined): number | undefined {
  return seed === undefined ? undefined : seed === limits.seed ? 0 : seed + 1;
}

function previousSeed(seed: number | undefined): number | undefined {
  return seed === undefined ? undefined : seed === 0 ? limits.seed : seed - 1;
}

/** The places of all files, none of which may be there without `force`. */
async function filesFor(stem: string, { out = ".", tiled, godot, force = false }: MakeTilesetOptions) {
  const isSheet = extname(out).toLowerCase() === ".png";
  const base = isSheet ? out.slice(0, -extname(out).length) : join(out, stem);
  const files = {
    sheet: isSheet ? out : `${base}.png`,
    json: `${base}.json`,
    map: `${base}-map.png`,
    tiled: tiled === true ? `${base}.tsx` : undefined,
    godot: godot === true ? `${base}.tres` : undefined,
  };
  if (!force) for (const file of Object.values(files)) if (file !== undefined) await refuseExisting(file);
  const name = (file: string) => file.replace(/^.*[\\/]/, "");
  return { ...files, stem: name(base), name };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
