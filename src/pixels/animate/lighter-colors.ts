import { type Oklab, oklabOfRgb } from "../oklab.ts";
import type { Raster } from "../raster.ts";

/**
 * For every colour of a picture the next lighter one of the same picture that looks like the same material: of those
 * that are lighter by a visible step, the one nearest in hue and saturation. Colours with none are their own.
 */
export function lighterColors({ data }: Raster): ReadonlyMap<number, number> {
  const colors = new Map<number, Oklab>();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) continue;
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    if (!colors.has(rgb)) colors.set(rgb, oklabOfRgb(rgb));
  }
  const lighter = new Map<number, number>();
  for (const [rgb, [lightness, a, b]] of colors) {
    let best = rgb;
    // Twice this distance away is another material.
    let least = 0.2;
    for (const [other, [otherLightness, otherA, otherB]] of colors) {
      const step = otherLightness - lightness;
      if (step < 0.03) continue;
      const cost = Math.hypot(otherA - a, otherB - b) + Math.abs(step - 0.12) * 0.5;
      if (cost < least) {
        least = cost;
        best = other;
      }
    }
    lighter.set(rgb, best);
  }
  return lighter;
}

/** Every pixel as many steps lighter as `stepsOf` says of it. */
export function lighten(
  raster: Raster,
  lighter: ReadonlyMap<number, number>,
  stepsOf: (x: number, y: number, rgb: number) => number,
): Raster {
  const { width, height } = raster;
  const data = raster.data.slice();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if (data[at + 3] === 0) continue;
      let rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      for (let step = stepsOf(x, y, rgb); step > 0; step--) rgb = lighter.get(rgb) ?? rgb;
      data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255], at);
    }
  return { width, height, data };
}
