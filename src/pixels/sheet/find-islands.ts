import { createRaster, type Raster } from "../raster.ts";
import { PixelsError } from "../pixels-error.ts";

export type IslandOptions = {
  /**
   * Parts with at most this many transparent pixels between them are one sprite, 0 to 64. One by default: a spark next
   * to a sword stays with it, while sprites of our own sheets, two pixels apart, do not merge.
   */
  readonly mergeDistance?: number | undefined;
  /** Islands with fewer visible pixels are left out, as specks; 1 by default, which keeps all. */
  readonly leastPixels?: number | undefined;
};

/** A sprite found in a sheet: its bounds there, and its own pixels alone, without those of others in the bounds. */
export type Island = {
  readonly x: number;
  readonly y: number;
  readonly raster: Raster;
};

/**
 * Finds the separate pictures of a transparent sheet: visible pixels that touch, diagonally too, or lie within the
 * merge distance. In reading order: row by row, where islands that overlap vertically by half share a row.
 *
 * Connected components by union-find over runs of pixels (the two-pass method of Rosenfeld and Pfaltz, 1966).
 */
export function findIslands(sheet: Raster, options: IslandOptions = {}): Island[] {
  const { mergeDistance = 1, leastPixels = 1 } = options;
  if (!Number.isInteger(mergeDistance) || mergeDistance < 0 || mergeDistance > 64)
    throw new PixelsError(`Cannot merge islands over ${mergeDistance} pixels: give a whole number from 0 to 64`, {
      code: "invalid-argument",
      argument: "mergeDistance",
      value: mergeDistance,
    });
  const labels = labelPixels(sheet, mergeDistance + 1);
  const bounds = boundsOf(sheet, labels).filter(({ pixels }) => pixels >= leastPixels);
  return inReadingOrder(bounds).map(({ label, left, top, right, bottom }) => {
    const raster = createRaster(right - left + 1, bottom - top + 1);
    for (let y = top; y <= bottom; y++)
      for (let x = left; x <= right; x++) {
        const from = y * sheet.width + x;
        if (labels[from] !== label) continue;
        const to = ((y - top) * raster.width + x - left) * 4;
        for (let channel = 0; channel < 4; channel++) raster.data[to + channel] = sheet.data[from * 4 + channel];
      }
    return { x: left, y: top, raster };
  });
}

/** For each pixel the number of its island, -1 where it is transparent. Pixels up to `reach` apart are joined. */
function labelPixels({ width, height, data }: Raster, reach: number): Int32Array {
  const labels = new Int32Array(width * height).fill(-1);
  const parents: number[] = [];
  const rootOf = (label: number) => {
    let root = label;
    while (parents[root] !== root) root = parents[root];
    for (let at = label; parents[at] !== root; ) [at, parents[at]] = [parents[at], root];
    return root;
  };
  for (let y = 0; y < height; y++) {
    let lastX = Number.NEGATIVE_INFINITY;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (data[at * 4 + 3] === 0) continue;
      if (x - lastX <= reach) labels[at] = labels[y * width + lastX];
      else labels[at] = parents.push(parents.length) - 1;
      lastX = x;
      // Rows above within reach; the nearer pixels of one island come first and make the rest cheap.
      for (let up = 1; up <= Math.min(reach, y); up++)
        for (let across = Math.max(0, x - reach); across <= Math.min(width - 1, x + reach); across++) {
          const other = labels[at - up * width + across - x];
          if (other < 0 || other === labels[at]) continue;
          const [first, second] = [rootOf(other), rootOf(labels[at])];
          if (first !== second) parents[Math.max(first, second)] = Math.min(first, second);
          labels[at] = Math.min(first, second);
        }
    }
  }
  for (let at = 0; at < labels.length; at++) if (labels[at] >= 0) labels[at] = rootOf(labels[at]);
  return labels;
}

type Bounds = {
  readonly label: number;
  pixels: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
};

function boundsOf({ width, height }: Raster, labels: Int32Array): Bounds[] {
  const bounds = new Map<number, Bounds>();
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const label = labels[at];
      if (label < 0) continue;
      const known = bounds.get(label);
      if (known === undefined) {
        bounds.set(label, { label, pixels: 1, left: x, top: y, right: x, bottom: y });
        continue;
      }
      known.pixels++;
      if (x < known.left) known.left = x;
      if (x > known.right) known.right = x;
      known.bottom = y;
    }
  return [...bounds.values()];
}

function inReadingOrder(islands: readonly Bounds[]): Bounds[] {
  const rows: { readonly members: Bounds[]; top: number; bottom: number }[] = [];
  for (const island of islands.toSorted((a, b) => a.top - b.top || a.left - b.left)) {
    const row = rows.findLast(({ top, bottom }) => {
      const overlap = Math.min(bottom, island.bottom) - Math.max(top, island.top) + 1;
      return overlap * 2 >= Math.min(bottom - top, island.bottom - island.top) + 1;
    });
    if (row === undefined) rows.push({ members: [island], top: island.top, bottom: island.bottom });
    else row.members.push(island);
  }
  return rows.flatMap(({ members }) => members.toSorted((a, b) => a.left - b.left || a.top - b.top));
}
