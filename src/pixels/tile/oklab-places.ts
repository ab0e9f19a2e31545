import { oklabOfRgb } from "../oklab.ts";
import type { Raster } from "../raster.ts";

/**
 * Each pixel's place in OKLab and its alpha from 0 to 1: L, a, b (times alpha), alpha, row by row. Transparent pixels are
 * all at one place whatever their colour.
 */
export function oklabPlaces({ width, height, data }: Raster): Float64Array {
  const places = new Float64Array(width * height * 4);
  // Pixel art has few colours: each is converted once. A photograph has so many that looking them up costs more.
  const known = new Map<number, readonly [number, number, number]>();
  for (let offset = 0; offset < data.length; offset += 4) {
    const rgb = (data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2];
    let oklab = known.size < mostKnown ? known.get(rgb) : undefined;
    if (oklab === undefined) {
      oklab = oklabOfRgb(rgb);
      if (known.size < mostKnown) known.set(rgb, oklab);
    }
    const alpha = data[offset + 3] / 255;
    places[offset] = oklab[0] * alpha;
    places[offset + 1] = oklab[1] * alpha;
    places[offset + 2] = oklab[2] * alpha;
    places[offset + 3] = alpha;
  }
  return places;
}

const mostKnown = 2048;

/** How different two pixels look: the distance in OKLab, and 1 between a transparent and an opaque one. */
export function placeDistance(first: Float64Array, at: number, second: Float64Array, otherAt: number): number {
  const dL = first[at] - second[otherAt];
  const da = first[at + 1] - second[otherAt + 1];
  const db = first[at + 2] - second[otherAt + 2];
  const alpha = Math.abs(first[at + 3] - second[otherAt + 3]);
  return Math.max(alpha, Math.sqrt(dL * dL + da * da + db * db));
}
