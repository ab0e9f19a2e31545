import type { Raster } from "#pixels";
import { isClose } from "./pixel-figures.ts";

/** A sprite is a near copy when this share of its pixels lies within this tolerance of a training sprite's. */
const share = 0.9;
const tolerance = 8;
/** Pixels that are looked at first; a pair that agrees in fewer than three quarters of them is left. */
const screenPixels = 64;

/**
 * For each sample, whether it nearly copies one of the originals: at least 90 % of its pixels lie within 8 of 255 in
 * all four channels of the original, its mirror, or either of them moved by one pixel around the edges. All rasters have
 * one size.
 */
export function findNearCopies(samples: readonly Raster[], originals: readonly Raster[]): readonly boolean[] {
  if (samples.length === 0) return [];
  const { width, height } = samples[0];
  const variants = variantPlaces(width, height);
  const pixels = width * height;
  const mostMisses = Math.floor(pixels * (1 - share));
  // Coprime to the pixel count, so that the order visits every pixel, far ones first.
  const stride = coprimeStride(pixels);
  const order = Uint32Array.from({ length: pixels }, (_, index) => (index * stride) % pixels);
  return samples.map(({ data }) =>
    originals.some((original) =>
      variants.some((places) => {
        let misses = 0;
        const mostEarlyMisses = Math.min(mostMisses, Math.floor(screenPixels / 4));
        for (let index = 0; index < pixels; index++) {
          const pixel = order[index];
          if (isClose(data, pixel * 4, original.data, places[pixel] * 4, tolerance)) continue;
          misses++;
          if (misses > (index < screenPixels ? mostEarlyMisses : mostMisses)) return false;
        }
        return true;
      }),
    ),
  );
}

/** For the picture and its mirror, each in nine positions: which of its pixels comes to lie on each pixel. */
function variantPlaces(width: number, height: number): readonly Uint32Array[] {
  const variants: Uint32Array[] = [];
  for (const isMirrored of [false, true])
    for (const down of [0, -1, 1])
      for (const right of [0, -1, 1]) {
        const places = new Uint32Array(width * height);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const fromX = (x - right + width) % width;
            const fromY = (y - down + height) % height;
            places[y * width + x] = fromY * width + (isMirrored ? width - 1 - fromX : fromX);
          }
        variants.push(places);
      }
  return variants;
}

function coprimeStride(count: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let stride = Math.max(1, Math.round(count * 0.618));
  while (divisor(stride, count) !== 1) stride++;
  return stride;
}
