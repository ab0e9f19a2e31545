import { type Animation, frameDirections } from "../animate/animation.ts";
import { createRaster, type Raster } from "../raster.ts";

/**
 * Some animation for property tests, the same for the same seed: up to 12 x 12 pixels, 6 frames and `colors` colours,
 * with partial alpha only where `isSoft`. Some frames are alike, some empty; durations are whole hundredths of a second,
 * since a GIF has no finer ones.
 */
export function animationOfSeed(
  seed: number,
  options: { readonly colors: number; readonly isSoft: boolean },
): Animation {
  let state = seed;
  // A linear congruential generator (Numerical Recipes' constants); its upper bits are random enough here.
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const [width, height, colors, count] = [1 + below(12), 1 + below(12), 1 + below(options.colors), 1 + below(6)];
  const pixels = Array.from({ length: colors }, () => {
    const [red, green, blue, alpha] = [below(256), below(256), below(256), below(256)];
    return [red, green, blue, options.isSoft ? alpha : (alpha & 1) * 255];
  });
  return {
    frames: Array.from({ length: count }, () => frameOf(width, height, pixels, below(5))),
    durationsMs: Array.from({ length: count }, () => 10 * (1 + below(300))),
    tags: Array.from({ length: below(4) }, (_, index) => {
      const from = below(count);
      const to = from + below(count - from);
      return { name: `tag ${index} ä`, from, to, direction: frameDirections[below(4)], plays: below(5) };
    }),
  };
}

/** Transparent pixels are black, as the formats without hidden colours give them back. */
function frameOf(width: number, height: number, pixels: readonly (readonly number[])[], step: number): Raster {
  const raster = createRaster(width, height);
  if (step === 0) return raster;
  for (let index = 0; index < width * height; index++) {
    const pixel = pixels[(index * step + (index >> 3)) % pixels.length];
    if (pixel[3] > 0) raster.data.set(pixel, index * 4);
  }
  return raster;
}
