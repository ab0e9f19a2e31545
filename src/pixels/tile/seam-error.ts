import type { Raster } from "../raster.ts";
import { oklabPlaces, placeDistance } from "./oklab-places.ts";

/**
 * How visible the seam is when the picture is repeated side by side and one above the other: the mean difference of
 * the pixels that then meet at the edges, as a multiple of the mean difference of neighbours inside in the same
 * direction; the worse of the two directions. About 1 is seamless, from 2 on the edge shows; 0 in one flat colour.
 * Differences are OKLab distances, and 1 between a transparent pixel and an opaque one. An inside that varies less than
 * 0.01 (which cannot be seen) counts as 0.01, so that no harmless step becomes a great multiple.
 */
export function seamError(raster: Raster): number {
  const { across, down } = seamErrors(raster);
  return Math.max(across, down);
}

/** The two directions apart: `across` where left and right meet, `down` where bottom and top do. */
export function seamErrors(raster: Raster): { readonly across: number; readonly down: number } {
  const { across, down } = lineSteps(raster);
  return { across: seamRatio(across), down: seamRatio(down) };
}

/**
 * The mean difference between each column (row) of a picture that is repeated and the one before it; the first stands
 * for the seam.
 */
export function lineSteps(raster: Raster): { readonly across: Float64Array; readonly down: Float64Array } {
  const { width, height } = raster;
  const places = oklabPlaces(raster);
  const across = new Float64Array(width);
  const down = new Float64Array(height);
  for (let y = 0, at = 0; y < height; y++) {
    const above = ((y === 0 ? height : y) - 1) * width * 4;
    for (let x = 0; x < width; x++, at += 4) {
      const left = x === 0 ? at + (width - 1) * 4 : at - 4;
      across[x] += placeDistance(places, left, places, at) / height;
      down[y] += placeDistance(places, above + x * 4, places, at) / width;
    }
  }
  return { across, down };
}

/**
 * The step at the seam as a multiple of the second largest step inside, the worse direction: over 1 the seam stands out
 * even among what a pattern itself draws, such as joints or outlines. 0 in a picture less than three pixels long.
 */
export function seamExcess(raster: Raster): number {
  const { across, down } = lineSteps(raster);
  return Math.max(excessOf(across), excessOf(down));
}

function excessOf(steps: Float64Array): number {
  if (steps.length < 3) return 0;
  const inside = steps.slice(1).sort();
  return steps[0] / Math.max(leastInside, inside[inside.length - 2]);
}

/** The smallest inside difference that is taken as such. */
export const leastInside = 0.01;

function seamRatio(steps: Float64Array): number {
  let inside = 0;
  for (let line = 1; line < steps.length; line++) inside += steps[line];
  return steps[0] / Math.max(leastInside, inside / Math.max(1, steps.length - 1));
}
