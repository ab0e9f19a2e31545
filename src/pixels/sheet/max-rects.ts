/** A rectangle's sides in pixels, whole numbers from 1. */
export type Size = { readonly width: number; readonly height: number };

/** Where each rectangle lies, in the order in which the sizes were given, and the sides of the area they take. */
export type RectanglePacking = Size & { readonly places: readonly { readonly x: number; readonly y: number }[] };

/** Widths that are tried, as multiples of the side of a square with the rectangles' area. */
const widthFactors = [1, 1.04, 1.1, 1.18, 1.3, 1.5, 1.8];

/**
 * Packs rectangles without overlap or rotation into an area of at most `mostSide` x `mostSide`: of several widths
 * tried the one that wastes least and is not far from square. Undefined when they do not fit. The same sizes give the same places.
 *
 * Maximal rectangles with the bottom-left rule, the largest first (J. Jylänki, "A thousand ways to pack the bin", 2010).
 */
export function packRectangles(sizes: readonly Size[], mostSide: number): RectanglePacking | undefined {
  const area = sizes.reduce((sum, { width, height }) => sum + width * height, 0);
  const widest = sizes.reduce((most, { width }) => Math.max(most, width), 1);
  const order = sizes
    .map((_, index) => index)
    .toSorted((a, b) => sizes[b].height - sizes[a].height || sizes[b].width - sizes[a].width || a - b);
  const widths = widthFactors.map((factor) => Math.ceil(Math.sqrt(area) * factor));
  // The widest allowed comes last: it may fit where the others grow too high.
  const tried = new Set([...widths.map((width) => Math.min(mostSide, Math.max(widest, width))), mostSide]);
  let best: RectanglePacking | undefined;
  for (const width of tried) {
    if (best !== undefined && width === mostSide) break;
    const packing = packIntoWidth(sizes, order, width, mostSide);
    if (packing !== undefined && (best === undefined || costOf(packing) < costOf(best))) best = packing;
  }
  return best;
}

/** Area, where a sheet four times as long as wide counts for one and three quarters of its own. */
function costOf({ width, height }: Size): number {
  const longer = Math.max(width, height);
  const shorter = Math.min(width, height);
  return width * height * (1 + (longer / shorter - 1) / 4);
}

/** Free areas as edges: left, top, right (exclusive), bottom (exclusive). */
type Free = readonly [left: number, top: number, right: number, bottom: number];

function packIntoWidth(
  sizes: readonly Size[],
  order: readonly number[],
  mostWidth: number,
  mostHeight: number,
): RectanglePacking | undefined {
  const places = sizes.map(() => ({ x: 0, y: 0 }));
  let free: Free[] = [[0, 0, mostWidth, mostHeight]];
  let usedWidth = 0;
  let usedHeight = 0;
  for (const index of order) {
    const { width, height } = sizes[index];
    let x = -1;
    let y = Number.POSITIVE_INFINITY;
    for (const [left, top, right, bottom] of free) {
      if (right - left < width || bottom - top < height) continue;
      if (top < y || (top === y && left < x)) {
        x = left;
        y = top;
      }
    }
    if (x < 0) return undefined;
    places[index] = { x, y };
    usedWidth = Math.max(usedWidth, x + width);
    usedHeight = Math.max(usedHeight, y + height);
    free = withoutArea(free, [x, y, x + width, y + height]);
  }
  return { width: usedWidth, height: usedHeight, places };
}

/** The maximal free areas that are left when `taken` is cut out of them. */
function withoutArea(free: readonly Free[], taken: Free): Free[] {
  const [left, top, right, bottom] = taken;
  const kept: Free[] = [];
  const pieces: Free[] = [];
  for (const area of free) {
    const [l, t, r, b] = area;
    if (left >= r || right <= l || top >= b || bottom <= t) {
      kept.push(area);
      continue;
    }
    if (left > l) pieces.push([l, t, left, b]);
    if (right < r) pieces.push([right, t, r, b]);
    if (top > t) pieces.push([l, t, r, top]);
    if (bottom < b) pieces.push([l, bottom, r, b]);
  }
  // What was free before and is whole cannot lie in a piece of an area beside it, only the other way round.
  for (const [index, piece] of pieces.entries()) {
    const isCovered =
      kept.some((area) => contains(area, piece)) ||
      pieces.some((other, at) => at !== index && contains(other, piece) && (at < index || !contains(piece, other)));
    if (!isCovered) kept.push(piece);
  }
  return kept;
}

function contains(outer: Free, inner: Free): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}
