import type { Raster } from "./raster.ts";

/**
 * Draws a picture over another, in place, with its top left corner at `left`, `top`; what reaches beyond is left out.
 * Straight alpha, the operator "over" of Porter and Duff; `opacity` from 0 to 255 weakens the picture as a whole.
 */
export function drawOver(target: Raster, picture: Raster, left: number, top: number, opacity = 255): void {
  const firstX = Math.max(0, -left);
  const lastX = Math.min(picture.width, target.width - left);
  const firstY = Math.max(0, -top);
  const lastY = Math.min(picture.height, target.height - top);
  for (let y = firstY; y < lastY; y++)
    for (let x = firstX; x < lastX; x++) {
      const from = (y * picture.width + x) * 4;
      const to = ((top + y) * target.width + left + x) * 4;
      const alpha = (picture.data[from + 3] * opacity) / 255;
      if (alpha === 0) continue;
      const below = target.data[to + 3];
      if (alpha === 255 || (below === 0 && opacity === 255)) {
        target.data.set(picture.data.subarray(from, from + 4), to);
        continue;
      }
      const kept = (below * (255 - alpha)) / 255;
      for (let channel = 0; channel < 3; channel++)
        target.data[to + channel] =
          (picture.data[from + channel] * alpha + target.data[to + channel] * kept) / (alpha + kept);
      target.data[to + 3] = alpha + kept;
    }
}
