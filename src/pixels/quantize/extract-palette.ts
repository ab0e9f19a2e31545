import { formatHexColor } from "../hex-color.ts";
import { PixelsError } from "../pixels-error.ts";
import type { Raster } from "../raster.ts";
import { type ColorHistogram, colorHistogram } from "./color-histogram.ts";

/**
 * The `count` colours (1 to 256) of the picture that stand for all of it best, "#rrggbb" from dark to light; all of
 * them when it has fewer. They are colours of the picture, not averages: outlines stay black, highlights white, and
 * each one is used when the picture is mapped to them.
 */
export function extractPalette(raster: Raster, count: number): string[] {
  checkColorCount(count);
  return Array.from(chooseColors(colorHistogram(raster), count), formatHexColor);
}

export function checkColorCount(count: number, argument = "count"): void {
  if (!Number.isInteger(count) || count < 1 || count > 256) {
    throw new PixelsError(`Cannot reduce to ${count} colors: give a whole number from 1 to 256`, {
      code: "invalid-argument",
      argument,
      value: count,
    });
  }
}

/**
 * Divides the colours in OKLab, each time the group with the greatest squared error at the best place along its
 * principal axis (X. Wu, "Color quantization by dynamic programming and principal analysis", ACM Transactions on
 * Graphics 11(4), 1992), improves the groups by k-means (Lloyd) and takes of each the colour nearest to its mean.
 * Deterministic: nothing in it is drawn at random. Returns 0xrrggbb from dark to light.
 */
export function chooseColors(histogram: ColorHistogram, count: number): number[] {
  const { colors } = histogram;
  const lightness = (index: number) => histogram.oklab[index * 3];
  let chosen = Array.from(colors.keys());
  if (colors.length > count) {
    const oklab = histogram.oklab.map((value, at) => (at % 3 === 0 ? value : value * chromaWeight));
    const weights = histogram.counts.map((pixels) => pixels ** countExponent);
    const groups = divide(oklab, weights, count);
    improve(oklab, weights, groups, count);
    chosen = nearestToMeans(oklab, weights, groups, count);
  }
  return chosen.toSorted((a, b) => lightness(a) - lightness(b) || a - b).map((index) => colors[index]);
}

/** Below 1, so that an eye of two pixels is not outvoted by a robe of two hundred. */
const countExponent = 0.75;

/**
 * Differences of hue count more than of lightness, so that red hair stays red when colours are few. Ottosson has
 * proposed 2 for colour differences in general; of 1, 1.5 and 2, sprites of 4 to 16 colours looked best with 1.5.
 */
const chromaWeight = 1.5;

/** Returns the group of each colour. */
function divide(oklab: Float64Array, weights: Float64Array, count: number): Uint16Array {
  const groupOf = new Uint16Array(weights.length);
  const places = new Float64Array(weights.length);
  const groups = [makeGroup(oklab, weights, Array.from(weights.keys()))];
  while (groups.length < count) {
    let worst = 0;
    for (let group = 1; group < groups.length; group++) if (groups[group].error > groups[worst].error) worst = group;
    const [low, high] = splitMembers(oklab, weights, groups[worst], places);
    groups[worst] = makeGroup(oklab, weights, low);
    groups.push(makeGroup(oklab, weights, high));
  }
  for (const [group, { members }] of groups.entries()) for (const member of members) groupOf[member] = group;
  return groupOf;
}

type Group = {
  readonly members: readonly number[];
  /** Weighted sum of squared distances to the mean; -1 when there is nothing to divide. */
  readonly error: number;
  /** Direction of the greatest variance, not normalised. */
  readonly axis: readonly [number, number, number];
};

function makeGroup(oklab: Float64Array, weights: Float64Array, members: readonly number[]): Group {
  let weight = 0;
  const mean = [0, 0, 0];
  for (const member of members) {
    weight += weights[member];
    for (let axis = 0; axis < 3; axis++) mean[axis] += weights[member] * oklab[member * 3 + axis];
  }
  let [LL, La, Lb, aa, ab, bb] = [0, 0, 0, 0, 0, 0];
  for (const member of members) {
    const dL = oklab[member * 3] - mean[0] / weight;
    const da = oklab[member * 3 + 1] - mean[1] / weight;
    const db = oklab[member * 3 + 2] - mean[2] / weight;
    LL += weights[member] * dL * dL;
    La += weights[member] * dL * da;
    Lb += weights[member] * dL * db;
    aa += weights[member] * da * da;
    ab += weights[member] * da * db;
    bb += weights[member] * db * db;
  }
  // Power iteration, begun with the covariances of the channel that varies most.
  let axis: [number, number, number] = LL >= aa && LL >= bb ? [LL, La, Lb] : aa >= bb ? [La, aa, ab] : [Lb, ab, bb];
  for (let round = 0; round < 8; round++) {
    const [x, y, z] = axis;
    const length = Math.hypot(x, y, z) || 1;
    axis = [
      (LL * x + La * y + Lb * z) / length,
      (La * x + aa * y + ab * z) / length,
      (Lb * x + ab * y + bb * z) / length,
    ];
  }
  return { members, error: members.length > 1 ? LL + aa + bb : -1, axis };
}

/** Divides where the sum of both parts' squared errors along the axis is least. `places` is room to work in. */
function splitMembers(oklab: Float64Array, weights: Float64Array, { members, axis }: Group, places: Float64Array) {
  let weight = 0;
  let sum = 0;
  for (const member of members) {
    const at = member * 3;
    places[member] = oklab[at] * axis[0] + oklab[at + 1] * axis[1] + oklab[at + 2] * axis[2];
    weight += weights[member];
    sum += weights[member] * places[member];
  }
  const sorted = members.toSorted((a, b) => places[a] - places[b] || a - b);
  let best = 1;
  let bestGain = -1;
  let lowWeight = 0;
  let lowSum = 0;
  for (let end = 1; end < sorted.length; end++) {
    const member = sorted[end - 1];
    lowWeight += weights[member];
    lowSum += weights[member] * places[member];
    const highWeight = weight - lowWeight;
    const difference = lowSum / lowWeight - (sum - lowSum) / highWeight;
    const gain = lowWeight * highWeight * difference * difference;
    if (gain > bestGain) {
      bestGain = gain;
      best = end;
    }
  }
  return [sorted.slice(0, best), sorted.slice(best)] as const;
}

/** k-means from the groups given, in place, for as long as it leaves no group empty. */
function improve(oklab: Float64Array, weights: Float64Array, groupOf: Uint16Array, count: number): void {
  const nearestTo = new Uint16Array(groupOf.length);
  for (let round = 0; round < 16; round++) {
    const means = meansOf(oklab, weights, groupOf, count);
    const sizes = new Uint32Array(count);
    for (let index = 0; index < groupOf.length; index++) {
      const L = oklab[index * 3];
      const a = oklab[index * 3 + 1];
      const b = oklab[index * 3 + 2];
      let nearest = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let group = 0, at = 0; group < count; group++, at += 3) {
        const dL = L - means[at];
        const da = a - means[at + 1];
        const db = b - means[at + 2];
        const distance = dL * dL + da * da + db * db;
        if (distance < least) {
          least = distance;
          nearest = group;
        }
      }
      nearestTo[index] = nearest;
      sizes[nearest]++;
    }
    const isSettled = nearestTo.every((group, index) => group === groupOf[index]);
    if (isSettled || sizes.includes(0)) return;
    groupOf.set(nearestTo);
  }
}

function meansOf(oklab: Float64Array, weights: Float64Array, groupOf: Uint16Array, count: number): Float64Array {
  const means = new Float64Array(count * 3);
  const totals = new Float64Array(count);
  for (let index = 0; index < groupOf.length; index++) {
    const weight = weights[index];
    const at = groupOf[index] * 3;
    totals[groupOf[index]] += weight;
    means[at] += weight * oklab[index * 3];
    means[at + 1] += weight * oklab[index * 3 + 1];
    means[at + 2] += weight * oklab[index * 3 + 2];
  }
  for (let at = 0; at < means.length; at++) means[at] /= totals[Math.floor(at / 3)];
  return means;
}

/** The index of one colour a group. */
function nearestToMeans(oklab: Float64Array, weights: Float64Array, groupOf: Uint16Array, count: number): number[] {
  const means = meansOf(oklab, weights, groupOf, count);
  const nearest = Array.from({ length: count }, () => -1);
  const least = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let index = 0; index < groupOf.length; index++) {
    const group = groupOf[index];
    const distance = Math.hypot(
      oklab[index * 3] - means[group * 3],
      oklab[index * 3 + 1] - means[group * 3 + 1],
      oklab[index * 3 + 2] - means[group * 3 + 2],
    );
    if (distance < least[group]) {
      least[group] = distance;
      nearest[group] = index;
    }
  }
  return nearest;
}
