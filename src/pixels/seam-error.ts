import { oklabOfRgb } from "./oklab.ts";
import type { Raster } from "./raster.ts";

/**
 * How visible the seam is when the picture is repeated side by side and one above the other: the mean difference of
 * the pixels that then meet at the edges, as a multiple of the mean difference of neighbours inside in the same
 * direction; the worse of the two directions. About 1 is seamless, from 2 on the edge shows; 0 in one flat colour.
 * Differences are OKLab distances, and 1 between a transparent pixel and an opaque one. An inside that varies less than
 * 0.01 (which cannot be seen) counts as 0.01, so that no harmless step becomes a great multiple.
 */
export function seamError(raster: Raster): number {
  const { width, height, data } = raster;
  const places = new Float64Array(width * height * 4);
  for (let offset = 0; offset < data.length; offset += 4) {
    const alpha = data[offset + 3] / 255;
    const [L, a, b] = oklabOfRgb((data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2]);
    places.set([L * alpha, a * alpha, b * alpha, alpha], offset);
  }
  return Math.max(
    seamRatio(places, { lines: width, lineStep: 4, length: height, pixelStep: width * 4 }),
    seamRatio(places, { lines: height, lineStep: width * 4, length: width, pixelStep: 4 }),
  );
}

/** The smallest inside difference that is taken as such. */
const leastInside = 0.01;

/** Lines of pixels that lie beside each other, columns or rows; steps are in array elements. */
type Lines = {
  readonly lines: number;
  readonly lineStep: number;
  readonly length: number;
  readonly pixelStep: number;
};

function seamRatio(places: Float64Array, { lines, lineStep, length, pixelStep }: Lines): number {
  const difference = (first: number, second: number) => {
    let sum = 0;
    for (let index = 0; index < length; index++) {
      const a = first * lineStep + index * pixelStep;
      const b = second * lineStep + index * pixelStep;
      const alpha = Math.abs(places[a + 3] - places[b + 3]);
      const color = Math.hypot(places[a] - places[b], places[a + 1] - places[b + 1], places[a + 2] - places[b + 2]);
      sum += Math.max(alpha, color);
    }
    return sum / length;
  };
  let inside = 0;
  for (let line = 1; line < lines; line++) inside += difference(line - 1, line);
  return difference(lines - 1, 0) / Math.max(leastInside, inside / Math.max(1, lines - 1));
}
