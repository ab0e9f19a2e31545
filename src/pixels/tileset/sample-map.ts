import { createRaster, type Raster } from "../raster.ts";
import { copyArea } from "../sheet/copy-area.ts";
import type { Tileset } from "./draw-tileset.ts";
import { randomAt, valueNoise } from "./value-noise.ts";
import { neighbourBits, visibleNeighbours } from "./tile-masks.ts";

/** Which tile stands where: indexes into the set, row by row. */
export type SampleMap = { readonly columns: number; readonly rows: number; readonly cells: readonly number[] };

/**
 * A map as a game would have it, with every cell filled by the set's rules: an invented landscape for a Wang or blob
 * set, rectangles apart from each other for a minimal one. The same seed gives the same map.
 */
export function sampleMap(tileset: Tileset, columns: number, rows: number, seed = 0): SampleMap {
  const indexOf = new Map(tileset.tiles.map(({ mask, isLower }, index) => [isLower ? "lower" : mask, index]));
  const find = (key: number | "lower") => indexOf.get(key) ?? indexOf.get("lower") ?? 0;
  const isUpper = tileset.kind === "minimal" ? rectangles(columns, rows, seed) : landscape(seed);
  const cells: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      if (tileset.kind === "wang") {
        // The landscape is at the cells' corners.
        let mask = 0;
        for (const [corner, right, below] of corners) if (isUpper(column + right, row + below)) mask |= corner;
        cells.push(find(mask === 0 ? "lower" : mask));
      } else {
        let mask = 0;
        for (const [bit, right, below] of neighbours) if (isUpper(column + right, row + below)) mask |= bit;
        cells.push(find(isUpper(column, row) ? visibleNeighbours(mask) : "lower"));
      }
    }
  return { columns, rows, cells };
}

/** The map as a picture. */
export function drawMap(tileset: Tileset, { columns, rows, cells }: SampleMap): Raster {
  const { size, tiles } = tileset;
  const picture = createRaster(columns * size, rows * size);
  for (const [at, index] of cells.entries())
    copyArea(tiles[index].raster, 0, 0, size, size, picture, (at % columns) * size, Math.floor(at / columns) * size);
  return picture;
}

const { n, ne, e, se, s, sw, w, nw } = neighbourBits;

const corners = [
  [nw, 0, 0],
  [ne, 1, 0],
  [se, 1, 1],
  [sw, 0, 1],
] as const;

const neighbours = [
  [n, 0, -1],
  [ne, 1, -1],
  [e, 1, 0],
  [se, 1, 1],
  [s, 0, 1],
  [sw, -1, 1],
  [w, -1, 0],
  [nw, -1, -1],
] as const;

type Terrain = (column: number, row: number) => boolean;

function landscape(seed: number): Terrain {
  const noise = valueNoise(seed + 77, 4.5);
  return (column, row) => noise(column, row) > -0.05;
}

/** Rectangles of 2 to 4 cells a side on a lattice of 6 x 5, so that at least one cell of lower terrain lies between. */
function rectangles(columns: number, rows: number, seed: number): Terrain {
  return (column, row) => {
    if (column < 0 || row < 0 || column >= columns || row >= rows) return false;
    const [across, down] = [Math.floor(column / 6), Math.floor(row / 5)];
    const width = 2 + Math.floor(randomAt(across, down, seed) * 3);
    const height = 2 + Math.floor(randomAt(across, down, seed + 1) * 3);
    // Cut off by the border of the map a rectangle would end without an edge.
    if (across * 6 + 1 + width > columns || down * 5 + 1 + height > rows) return false;
    const x = column - across * 6 - 1;
    const y = row - down * 5 - 1;
    return x >= 0 && x < width && y >= 0 && y < height;
  };
}
