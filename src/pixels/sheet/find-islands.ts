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
 * Connected components in two passes with union-find (A. Rosenfeld and J. Pfaltz, "Sequential operations in digital
 * picture processing", Journal of the ACM 13(4), 1966).
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

/**
 * For each pixel the number of its island, -1 where it is transparent. Pixels up to `reach` apart are joined: two squares
 * of `reach` pixels a side that have them as their top left corners then touch or overlap, so that islands are the
 * connected components of all such squares.
 */
function labelPixels(sheet: Raster, reach: number): Int32Array {
  const { width, height } = sheet;
  const area = squaresFrom(sheet, reach);
  const labels = labelComponents(area);
  const own = new Int32Array(width * height).fill(-1);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) if (sheet.data[at * 4 + 3] !== 0) own[at] = labels[y * area.width + x];
  return own;
}

type Mask = { readonly width: number; readonly height: number; readonly isSet: Uint8Array };

/** All squares of `side` pixels whose top left pixel is visible: first lines to the right, then each of those downwards. */
function squaresFrom({ width, height, data }: Raster, side: number): Mask {
  const across = width + side - 1;
  const down = height + side - 1;
  const isSet = new Uint8Array(across * down);
  for (let y = 0; y < height; y++)
    for (let x = 0, until = 0; x < across; x++) {
      if (x < width && data[(y * width + x) * 4 + 3] !== 0) until = x + side;
      if (x < until) isSet[y * across + x] = 1;
    }
  for (let x = 0; x < across; x++)
    for (let y = down - 1, above = -1; y >= 0; y--) {
      // The lowest row at or above this one that is set of itself.
      if (above > y || above < 0) {
        above = Math.min(y, height - 1);
        while (above >= 0 && isSet[above * across + x] === 0) above--;
        if (above < 0) break;
      }
      if (y - above < side) isSet[y * across + x] = 1;
    }
  return { width: across, height: down, isSet };
}

/** Union-find over pixels that touch, diagonally too; -1 where none is set. */
function labelComponents({ width, height, isSet }: Mask): Int32Array {
  const labels = new Int32Array(width * height).fill(-1);
  const parents: number[] = [];
  const rootOf = (label: number) => {
    let root = label;
    while (parents[root] !== root) root = parents[root];
    for (let at = label; parents[at] !== root; ) [at, parents[at]] = [parents[at], root];
    return root;
  };
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (isSet[at] === 0) continue;
      let label = x > 0 ? labels[at - 1] : -1;
      const last = y === 0 ? -1 : Math.min(width - 1, x + 1);
      for (let across = Math.max(0, x - 1); across <= last; across++) {
        const other = labels[at - width + across - x];
        if (other < 0 || other === label) continue;
        if (label < 0) label = other;
        else {
          const [first, second] = [rootOf(other), rootOf(label)];
          parents[Math.max(first, second)] = Math.min(first, second);
          label = Math.min(first, second);
        }
      }
      labels[at] = label < 0 ? parents.push(parents.length) - 1 : label;
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
