import { createRaster, type Raster } from "../raster.ts";
import { pixelWords } from "./pixel-words.ts";

/**
 * Doubles a picture and rounds steps of one pixel off: a corner takes the colour of the two sides that meet there when
 * they are equal and the opposite ones are not. E. Johnston, "EPX", 1992, and A. Mazzoleni, "Scale2x", 2001, which give
 * the same. Beyond the end the last pixel goes on.
 */
export function scale2x(raster: Raster): Raster {
  const { width, height } = raster;
  const words = pixelWords(raster);
  const scaled = createRaster(width * 2, height * 2);
  const target = new Uint32Array(scaled.data.buffer);
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width;
    const row = y * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const B = words[above + x];
      const D = words[row + Math.max(0, x - 1)];
      const E = words[row + x];
      const F = words[row + Math.min(width - 1, x + 1)];
      const H = words[below + x];
      const isStep = B !== H && D !== F;
      const at = row * 4 + x * 2;
      target[at] = isStep && D === B ? D : E;
      target[at + 1] = isStep && B === F ? F : E;
      target[at + 2 * width] = isStep && D === H ? D : E;
      target[at + 2 * width + 1] = isStep && H === F ? F : E;
    }
  }
  return scaled;
}

/** Triples a picture in the same way; the middles of sides also round off where a longer step goes on (Scale3x). */
export function scale3x(raster: Raster): Raster {
  const { width, height } = raster;
  const words = pixelWords(raster);
  const scaled = createRaster(width * 3, height * 3);
  const target = new Uint32Array(scaled.data.buffer);
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width;
    const row = y * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - 1);
      const right = Math.min(width - 1, x + 1);
      const [A, B, C] = [words[above + left], words[above + x], words[above + right]];
      const [D, E, F] = [words[row + left], words[row + x], words[row + right]];
      const [G, H, I] = [words[below + left], words[below + x], words[below + right]];
      const isStep = B !== H && D !== F;
      const topLeft = isStep && D === B;
      const topRight = isStep && B === F;
      const bottomLeft = isStep && D === H;
      const bottomRight = isStep && H === F;
      const first = row * 9 + x * 3;
      const second = first + 3 * width;
      const third = second + 3 * width;
      target[first] = topLeft ? D : E;
      target[first + 1] = (topLeft && E !== C) || (topRight && E !== A) ? B : E;
      target[first + 2] = topRight ? F : E;
      target[second] = (topLeft && E !== G) || (bottomLeft && E !== A) ? D : E;
      target[second + 1] = E;
      target[second + 2] = (topRight && E !== I) || (bottomRight && E !== C) ? F : E;
      target[third] = bottomLeft ? D : E;
      target[third + 1] = (bottomLeft && E !== I) || (bottomRight && E !== G) ? H : E;
      target[third + 2] = bottomRight ? F : E;
    }
  }
  return scaled;
}
