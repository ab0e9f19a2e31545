import { PixelsError } from "../pixels-error.ts";
import { parseHexColor } from "../hex-color.ts";
import { createRaster, type Raster } from "../raster.ts";
import { layOutGrid } from "../sheet/lay-out-grid.ts";
import { oklabPlaces } from "../tile/oklab-places.ts";
import { nearestFinder } from "../quantize/nearest-color.ts";
import { type EdgeStyle, type EdgeStyleName, edgeStyles, type Rim } from "./edge-styles.ts";
import { shader } from "./shade.ts";
import { terrainMasks } from "./terrain-mask.ts";
import { sheetColumns, type TileDefinition, type TilesetKind, tilesOf } from "./tile-masks.ts";

export type TilesetOptions = {
  readonly kind: TilesetKind;
  /** Whole number that decides the boundaries' shape. */
  readonly seed?: number | undefined;
  /** How far boundaries wander, 0 to 1; 0.75 by default. */
  readonly roughness?: number | undefined;
  /** "outline" by default. */
  readonly edge?: EdgeStyleName | undefined;
  /** "#rrggbb", the line of the edges that have one: "outline" and "shore". A colour of the textures by default. */
  readonly lineColor?: string | undefined;
};

/** A tile with the terrain of each of its pixels: 1 upper, 0 lower. */
export type DrawnTile = TileDefinition & { readonly raster: Raster; readonly terrain: Uint8Array };

export type Tileset = {
  readonly kind: TilesetKind;
  /** Pixels a side of each tile. */
  readonly size: number;
  readonly lower: Raster;
  readonly upper: Raster;
  readonly tiles: readonly DrawnTile[];
  readonly sheet: Raster;
  readonly columns: number;
};

/**
 * Draws the transitions between two textures, square opaque tiles of one size from 8 to 64 pixels that repeat without a
 * seam (see `fitTexture`). Every colour but `lineColor` is one of the textures'. The same textures and options give the same pixels.
 * Throws PixelsError.
 */
export function drawTileset(lower: Raster, upper: Raster, options: TilesetOptions): Tileset {
  const { kind, seed = 0, roughness = 0.75, edge = "outline", lineColor } = options;
  const size = lower.width;
  checkSizes(lower, upper);
  if (!(roughness >= 0 && roughness <= 1))
    throw new PixelsError(`Cannot use roughness ${roughness}: give a number from 0 to 1`, {
      code: "invalid-argument",
      argument: "roughness",
      value: roughness,
    });
  const maskOf = terrainMasks({ kind, size, seed, roughness });
  const style = edgeStyles[edge];
  if (lineColor !== undefined && style.line === undefined)
    throw new PixelsError(`Cannot draw a line in ${lineColor}: the edge ${edge} has none; take outline or shore`, {
      code: "invalid-argument",
      argument: "lineColor",
      value: lineColor,
    });
  const paint = painter(lower, upper, style, lineColor === undefined ? undefined : parseHexColor(lineColor));
  const tiles = tilesOf(kind).map((tile) => {
    const terrain = maskOf(tile);
    return { ...tile, terrain, raster: paint(terrain) };
  });
  const { raster: sheet, columns } = layOutGrid(
    tiles.map(({ raster }) => raster),
    { columns: sheetColumns[kind] },
  );
  return { kind, size, lower, upper, tiles, sheet, columns };
}

function checkSizes(lower: Raster, upper: Raster): void {
  const size = lower.width;
  const isSquare = [lower.height, upper.width, upper.height].every((side) => side === size);
  if (isSquare && size >= 8 && size <= 64) return;
  throw new PixelsError(
    `Cannot make tiles of ${lower.width} x ${lower.height} and ${upper.width} x ${upper.height} pixels: ` +
      "give two square textures of one size from 8 to 64",
    {
      code: "size-mismatch",
      expected: "two squares of 8 to 64 pixels",
      actual: `${lower.width} x ${lower.height} and ${upper.width} x ${upper.height}`,
    },
  );
}

/** Puts the textures together by terrain and shades their rims. */
function painter(
  lower: Raster,
  upper: Raster,
  style: EdgeStyle,
  lineColor: number | undefined,
): (terrain: Uint8Array) => Raster {
  const lowerColors = colorsOf(lower);
  const upperColors = colorsOf(upper);
  const terrains = [
    { texture: lower, near: style.lower, far: style.lowerFar, shade: shader(lowerColors, upperColors) },
    { texture: upper, near: style.upper, far: style.upperFar, shade: shader(upperColors, lowerColors) },
  ].map((terrain, index) => ({
    ...terrain,
    mean: meanColor(terrain.texture),
    line: style.line === (index === 0 ? "lower" : "upper") ? lineColor : undefined,
  }));
  const size = lower.width;
  return (terrain) => {
    const tile = createRaster(size, size);
    const rims = rimOf(terrain, size);
    for (let y = 0, at = 0; y < size; y++)
      for (let x = 0; x < size; x++, at++) {
        const { texture, near, far, shade, mean, line } = terrains[terrain[at]];
        const { data } = texture;
        const rgb = (data[at * 4] << 16) | (data[at * 4 + 1] << 8) | data[at * 4 + 2];
        const isNear = rims[at] !== 0;
        const rim = isNear ? near : far;
        const lightness = lightnessIn(rim, isNear ? rims[at] : secondRow(rims, terrain, size, x, y));
        const isLine = rim.isLine === true && lightness !== 0;
        const shaded = isLine ? (line ?? shade(mean, lightness)) : shade(rgb, lightness);
        tile.data[at * 4] = shaded >> 16;
        tile.data[at * 4 + 1] = (shaded >> 8) & 255;
        tile.data[at * 4 + 2] = shaded & 255;
        tile.data[at * 4 + 3] = 255;
      }
    return tile;
  };
}

/** Where the other terrain lies, as bits. */
const toNorth = 1;
const toSide = 2;
const toSouth = 4;

/** For each pixel on which sides the other terrain lies, 0 for none. Beyond the tile's edge all is as at the edge. */
function rimOf(terrain: Uint8Array, size: number): Uint8Array {
  const rim = new Uint8Array(size * size);
  for (let y = 0, at = 0; y < size; y++)
    for (let x = 0; x < size; x++, at++) {
      const own = terrain[at];
      if (y > 0 && terrain[at - size] !== own) rim[at] |= toNorth;
      if (y < size - 1 && terrain[at + size] !== own) rim[at] |= toSouth;
      if ((x > 0 && terrain[at - 1] !== own) || (x < size - 1 && terrain[at + 1] !== own)) rim[at] |= toSide;
    }
  return rim;
}

/**
 * Of a pixel beside the rim: on which sides the other terrain lies, one pixel farther on. A pixel at the tile's edge does
 * not look into its tile, which the neighbour across the seam cannot do either.
 */
function secondRow(rim: Uint8Array, terrain: Uint8Array, size: number, x: number, y: number): number {
  const at = y * size + x;
  let sides = 0;
  const isRim = (other: number, side: number) => terrain[other] === terrain[at] && (rim[other] & side) !== 0;
  if (y > 0 && y < size - 1) {
    if (isRim(at - size, toNorth)) sides |= toNorth;
    if (isRim(at + size, toSouth)) sides |= toSouth;
  }
  if (x > 0 && x < size - 1 && (isRim(at - 1, toSide) || isRim(at + 1, toSide))) sides |= toSide;
  return sides;
}

/** South and north decide before the sides: light falls from above. */
function lightnessIn(rim: Rim, sides: number): number {
  if (sides === 0) return 0;
  if (sides & toSouth) return rim.south;
  return sides & toNorth ? rim.north : rim.side;
}

/** The texture's colour nearest to the mean of all its pixels in OKLab, as 0xrrggbb. */
function meanColor(texture: Raster): number {
  const places = oklabPlaces(texture);
  const mean = [0, 0, 0];
  for (let at = 0; at < places.length; at += 4)
    for (let channel = 0; channel < 3; channel++) mean[channel] += places[at + channel] / (places.length / 4);
  const colors = colorsOf(texture);
  const { nearest } = nearestFinder(colors);
  return colors[nearest(mean[0], mean[1], mean[2])];
}

function colorsOf({ data }: Raster): number[] {
  const colors = new Set<number>();
  for (let at = 0; at < data.length; at += 4) colors.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return [...colors];
}
