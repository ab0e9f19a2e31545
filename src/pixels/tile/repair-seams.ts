import { createRaster, type Raster } from "../raster.ts";
import { oklabPlaces, placeDistance } from "./oklab-places.ts";
import { repeatedArea } from "./repeated-area.ts";
import { leastInside, seamErrors } from "./seam-error.ts";

/** A texture whose edges meet better, and by how much. */
export type SeamRepair = {
  readonly raster: Raster;
  readonly changedPixels: number;
  /** The worse direction's seamError before and after. */
  readonly before: number;
  readonly after: number;
  /**
   * Where old and new pixels meet inside the picture: their mean difference there as a multiple of the mean difference
   * of neighbours in the whole picture. 0 when nothing was changed.
   */
  readonly cutError: number;
};

/** A seam up to this cannot be told from the picture's inside. */
const seamlessUpTo = 1.15;

/**
 * Makes a texture's edges meet, by pixels of its own: a strip over the seam is replaced by one from its inside, where
 * neighbours fit, along the two cuts of least difference. No colour comes in and the size stays. A direction whose edges
 * meet already, or as they do inside the pattern, or that would not become better, stays as it is. A picture under 8 pixels in a direction is too small
 * for a strip there.
 *
 * Minimum error boundary cut: A. Efros and W. Freeman, "Image quilting for texture synthesis and transfer", SIGGRAPH
 * 2001; the cost of a cut between two pixels as in V. Kwatra et al., "Graphcut textures", SIGGRAPH 2003.
 */
export function repairSeams(raster: Raster): SeamRepair {
  const before = seamErrors(raster);
  const across = repairDirection(raster, before.across, false);
  const isAcrossSeamless = (across.wasRepaired ? across.seam : before.across) <= seamlessUpTo;
  const turned = transposed(across.raster);
  const down = repairDirection(turned, seamErrors(turned).across, isAcrossSeamless);
  const result = transposed(down.raster);
  const after = seamErrors(result);
  return {
    raster: result,
    changedPixels: countChanged(raster, result),
    before: Math.max(before.across, before.down),
    after: Math.max(after.across, after.down),
    cutError: Math.max(across.cutError, down.cutError),
  };
}

/** Half of the strip's width at most, in pixels. */
const mostReach = 24;

type DirectionRepair = {
  readonly raster: Raster;
  readonly wasRepaired: boolean;
  readonly seam: number;
  readonly cutError: number;
};

/** Repairs the seam between the last column and the first. `isCyclic`: the cuts must meet themselves at top and bottom. */
function repairDirection(raster: Raster, seam: number, isCyclic: boolean): DirectionRepair {
  const { width, height } = raster;
  const unchanged = { raster, wasRepaired: false, seam, cutError: 0 };
  if (seam <= seamlessUpTo || width < 8 || height < 2 || occursInside(raster)) return unchanged;
  // The seam comes to lie in the middle, where the strip covers it.
  const half = width >> 1;
  const centred = repeatedArea(raster, half, 0, width, height);
  const seamAt = width - half;
  const reach = Math.max(2, Math.min(half - 1, Math.round(width * 0.3), mostReach));
  const places = oklabPlaces(centred);
  const whole = oklabPlaces(raster);
  let best: { readonly cost: number; readonly patch: Patch } | undefined;
  // Every place in tiles of usual sizes, evenly spread ones in larger pictures.
  const stride = width <= 40 ? 1 : Math.ceil(width / 24);
  const shiftStride = !isCyclic ? height : height <= 40 ? 1 : Math.ceil(height / 24);
  for (let from = 0; from + 2 * reach <= width; from += stride)
    for (let shift = 0; shift < height; shift += shiftStride) {
      const strip = { width, height, seamAt, reach, from, shift };
      const limit = best?.cost ?? Number.POSITIVE_INFINITY;
      const left = leastCut(places, whole, strip, -1, isCyclic, limit);
      if (left === undefined) continue;
      const right = leastCut(places, whole, strip, 1, isCyclic, limit - left.cost);
      if (right === undefined) continue;
      best = { cost: left.cost + right.cost, patch: { strip, left: left.path, right: right.path } };
    }
  if (best === undefined) return unchanged;
  const repaired = repeatedArea(patched(centred, raster, best.patch), -half, 0, width, height);
  const cutError = best.cost / (4 * height) / Math.max(leastInside, meanStep(raster));
  const after = seamErrors(repaired).across;
  return Math.max(after, cutError) < seam ? { raster: repaired, wasRepaired: true, seam: after, cutError } : unchanged;
}

/** Whether the last column and the first stand side by side inside just so: then the seam is one of the pattern. */
function occursInside({ width, height, data }: Raster): boolean {
  const pixels = new Uint32Array(data.slice().buffer);
  const isEqual = (column: number, other: number) => {
    for (let row = 0; row < height; row++)
      if (pixels[row * width + column] !== pixels[row * width + other]) return false;
    return true;
  };
  for (let x = 1; x < width; x++) if (isEqual(x - 1, width - 1) && isEqual(x, 0)) return true;
  return false;
}

/**
 * A strip over columns `seamAt - reach` to `seamAt + reach` (exclusive) of the centred picture, taken from the columns
 * of the original from `from` on, `shift` rows lower.
 */
type Strip = {
  readonly width: number;
  readonly height: number;
  readonly seamAt: number;
  readonly reach: number;
  readonly from: number;
  readonly shift: number;
};

/** For each row the first column of the strip, and the first column after it. */
type Patch = { readonly strip: Strip; readonly left: Int32Array; readonly right: Int32Array };

/**
 * The cut on one side of the seam along which picture and strip differ least: for each row the column before which they
 * change over. Its cost is the sum over rows of the differences on both sides of the change; undefined when none is under
 * the limit.
 */
function leastCut(
  places: Float64Array,
  whole: Float64Array,
  { width, height, seamAt, reach, from, shift }: Strip,
  side: -1 | 1,
  isCyclic: boolean,
  limit: number,
): { readonly path: Int32Array; readonly cost: number } | undefined {
  // Cut positions: left ones end before the seam itself, right ones begin after it.
  const start = side < 0 ? seamAt - reach + 1 : seamAt + 1;
  const count = reach - 1;
  const costs = new Float64Array(height * count);
  // No path costs less than the cheapest place of every row: most strips are out of the question after a few rows.
  let bound = 0;
  for (let y = 0; y < height; y++) {
    if (bound >= limit) return undefined;
    let least = Number.POSITIVE_INFINITY;
    const row = y * width;
    const stripRow = ((y + shift) % height) * width + from - (seamAt - reach);
    for (let index = 0; index < count; index++) {
      const x = start + index;
      costs[y * count + index] =
        placeDistance(places, (row + x - 1) * 4, whole, (stripRow + x - 1) * 4) +
        placeDistance(places, (row + x) * 4, whole, (stripRow + x) * 4);
      least = Math.min(least, costs[y * count + index]);
    }
    bound += least;
  }
  // Nor does a path that must meet itself cost less than one that need not.
  let best = cheapestPath(costs, count, height, start, -1);
  if (best.cost >= limit) return undefined;
  if (!isCyclic) return best;
  best = cheapestPath(costs, count, height, start, 0);
  for (let first = 1; first < count; first++) {
    const path = cheapestPath(costs, count, height, start, first);
    if (path.cost < best.cost) best = path;
  }
  return best.cost < limit ? best : undefined;
}

/** Dynamic programming from top to bottom, one column to either side a row. `first` fixes both ends unless -1. */
function cheapestPath(costs: Float64Array, count: number, height: number, start: number, first: number) {
  const sums = new Float64Array(height * count).fill(Number.POSITIVE_INFINITY);
  for (let index = 0; index < count; index++) if (first < 0 || index === first) sums[index] = costs[index];
  for (let y = 1; y < height; y++)
    for (let index = 0; index < count; index++) {
      const above = (y - 1) * count + index;
      let least = sums[above];
      if (index > 0) least = Math.min(least, sums[above - 1]);
      if (index < count - 1) least = Math.min(least, sums[above + 1]);
      sums[y * count + index] = least + costs[y * count + index];
    }
  const last = (height - 1) * count;
  let end = -1;
  for (let index = 0; index < count; index++) {
    if (first >= 0 && Math.abs(index - first) > 1) continue;
    if (end < 0 || sums[last + index] < sums[last + end]) end = index;
  }
  const path = new Int32Array(height);
  const cost = sums[last + end];
  for (let y = height - 1; y >= 0; y--) {
    path[y] = start + end;
    if (y === 0) break;
    const above = (y - 1) * count + end;
    let next = end;
    if (end > 0 && sums[above - 1] < sums[(y - 1) * count + next]) next = end - 1;
    if (end < count - 1 && sums[above + 1] < sums[(y - 1) * count + next]) next = end + 1;
    end = next;
  }
  return { path, cost };
}

function patched(centred: Raster, raster: Raster, { strip, left, right }: Patch): Raster {
  const { width, height, seamAt, reach, from, shift } = strip;
  const result = createRaster(width, height, centred.data.slice());
  for (let y = 0; y < height; y++) {
    const stripRow = ((y + shift) % height) * width + from - (seamAt - reach);
    const source = raster.data.subarray((stripRow + left[y]) * 4, (stripRow + right[y]) * 4);
    result.data.set(source, (y * width + left[y]) * 4);
  }
  return result;
}

/** The mean difference of neighbours in a row. */
function meanStep(raster: Raster): number {
  const { width, height } = raster;
  const places = oklabPlaces(raster);
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 1; x < width; x++) sum += placeDistance(places, (y * width + x) * 4, places, (y * width + x - 1) * 4);
  return sum / Math.max(1, height * (width - 1));
}

function transposed({ width, height, data }: Raster): Raster {
  const turned = createRaster(height, width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 4; channel++)
        turned.data[(x * height + y) * 4 + channel] = data[(y * width + x) * 4 + channel];
  return turned;
}

function countChanged(a: Raster, b: Raster): number {
  const before = new Uint32Array(a.data.slice().buffer);
  const after = new Uint32Array(b.data.slice().buffer);
  return before.reduce((changed, pixel, at) => (pixel === after[at] ? changed : changed + 1), 0);
}
