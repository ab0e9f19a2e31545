import { oklabPlaces, placeDistance } from "../tile/oklab-places.ts";
import { leastInside } from "../tile/seam-error.ts";
import type { Raster } from "../raster.ts";
import type { DrawnTile, Tileset } from "./draw-tileset.ts";
import { matchingPairs, type TilePair } from "./tile-masks.ts";

/**
 * How visible the seam between two tiles is: the mean difference of the pixels that meet, as a multiple of the textures'
 * own inner contrast.
 */
export type PairSeam = TilePair & { readonly error: number };

export type SeamReport = {
  readonly pairs: readonly PairSeam[];
  readonly worst: number;
  readonly mean: number;
  /** Pairs over `mostError`, the worst first. */
  readonly bad: readonly PairSeam[];
};

/** Twice the textures' own contrast: from here on a seam shows. */
const mostError = 2;

/**
 * Judges every pair of tiles whose edges match. The textures' inner contrast is the mean difference of neighbours inside
 * each texture in the same direction; for a pair it is averaged over the pixels that meet, each by the terrain it is of
 * (half of either where two terrains meet), and counts as 0.01 at least, which cannot be seen.
 */
export function checkSeams(tileset: Tileset): SeamReport {
  const { kind, size, tiles, lower, upper } = tileset;
  const drawn = tiles.map((tile) => ({ tile, places: oklabPlaces(tile.raster) }));
  const contrasts = {
    across: [innerContrast(lower, "across"), innerContrast(upper, "across")],
    down: [innerContrast(lower, "down"), innerContrast(upper, "down")],
  };
  const pairs = matchingPairs(kind).map((pair): PairSeam => {
    const error = seamBetween(drawn[pair.first], drawn[pair.second], size, pair.direction, contrasts[pair.direction]);
    return { ...pair, error };
  });
  return {
    pairs,
    worst: pairs.reduce((worst, { error }) => Math.max(worst, error), 0),
    mean: pairs.reduce((sum, { error }) => sum + error, 0) / pairs.length,
    bad: pairs.filter(({ error }) => error > mostError).toSorted((a, b) => b.error - a.error),
  };
}

type PlacedTile = { readonly tile: DrawnTile; readonly places: Float64Array };

function seamBetween(
  first: PlacedTile,
  second: PlacedTile,
  size: number,
  direction: TilePair["direction"],
  contrasts: readonly number[],
): number {
  // From one pixel of the edge to the next, and where the edges begin.
  const step = direction === "across" ? size : 1;
  const start = direction === "across" ? size - 1 : size * (size - 1);
  let difference = 0;
  let contrast = 0;
  for (let index = 0; index < size; index++) {
    const a = start + index * step;
    const b = index * step;
    difference += placeDistance(first.places, a * 4, second.places, b * 4);
    contrast += (contrasts[first.tile.terrain[a]] + contrasts[second.tile.terrain[b]]) / 2;
  }
  return difference / Math.max(leastInside * size, contrast);
}

/** The mean difference of neighbouring pixels inside a texture, without its seam. */
function innerContrast(texture: Raster, direction: TilePair["direction"]): number {
  const { width, height } = texture;
  const places = oklabPlaces(texture);
  const [right, below] = direction === "across" ? [1, 0] : [0, 1];
  let sum = 0;
  for (let y = 0; y < height - below; y++)
    for (let x = 0; x < width - right; x++)
      sum += placeDistance(places, (y * width + x) * 4, places, ((y + below) * width + x + right) * 4);
  return sum / ((width - right) * (height - below));
}
