import type { Raster } from "../raster.ts";
import { oklabPlaces, placeDistance } from "./oklab-places.ts";

/**
 * How conspicuous the seam is among the picture's own lines when it is repeated: the share of places between two
 * neighbouring columns (or rows) inside that are less conspicuous than the place where the edges meet. 0 to 1: about a
 * half is expected of a true tile, 1 means that nothing inside breaks as the seam does.
 *
 * A place is judged twice, by the mean step across it and by how little the lines on both sides correlate in lightness;
 * the answer is the mean over both and both directions. Unlike `seamError` it takes into account how much the lines of
 * a texture differ among themselves, as in brickwork, and so tells tiles from crops more often (see docs/benchmarks.md).
 * 0.5 in a direction that is less than four pixels long or has one colour alone.
 */
export function seamRank(raster: Raster): number {
  const { width, height } = raster;
  const places = oklabPlaces(raster);
  return (
    (directionRank(places, { lines: width, lineStep: 4, length: height, pixelStep: width * 4 }) +
      directionRank(places, { lines: height, lineStep: width * 4, length: width, pixelStep: 4 })) /
    2
  );
}

/** Columns or rows; steps are in array elements. */
type Lines = {
  readonly lines: number;
  readonly lineStep: number;
  readonly length: number;
  readonly pixelStep: number;
};

function directionRank(places: Float64Array, lines: Lines): number {
  if (lines.lines < 4) return 0.5;
  const inside = Array.from({ length: lines.lines - 1 }, (_, line) => judge(places, lines, line, line + 1));
  const seam = judge(places, lines, lines.lines - 1, 0);
  const rank = (key: "step" | "unlikeness") =>
    inside.reduce((sum, other) => sum + (1 + Math.sign(seam[key] - other[key])) / 2, 0) / inside.length;
  return (rank("step") + rank("unlikeness")) / 2;
}

/** The mean step between two lines, and one less the correlation of their lightness. */
function judge(places: Float64Array, { lineStep, length, pixelStep }: Lines, first: number, second: number) {
  let step = 0;
  let meanA = 0;
  let meanB = 0;
  for (let index = 0; index < length; index++) {
    const a = first * lineStep + index * pixelStep;
    const b = second * lineStep + index * pixelStep;
    step += placeDistance(places, a, places, b);
    meanA += places[a];
    meanB += places[b];
  }
  meanA /= length;
  meanB /= length;
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let index = 0; index < length; index++) {
    const a = places[first * lineStep + index * pixelStep] - meanA;
    const b = places[second * lineStep + index * pixelStep] - meanB;
    product += a * b;
    squareA += a * a;
    squareB += b * b;
  }
  return { step: step / length, unlikeness: 1 - product / Math.max(1e-6, Math.sqrt(squareA * squareB)) };
}
