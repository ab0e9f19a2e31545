import { oklabOfRgb } from "../oklab.ts";
import { createRaster, type Raster } from "../raster.ts";
import { pixelWords } from "./pixel-words.ts";

/**
 * Doubles a picture along the edges that run through it: each corner of a pixel compares, over the 21 pixels around it,
 * how much the colours change along the one diagonal and along the other, and joins the neighbour across when an edge
 * cuts it off. The rule is that of Hyllian's xBR ("xBR algorithm tutorial", 2011), with distances in OKLab.
 *
 * Where xBR mixes the two colours of an edge, a corner takes the other one whole, so that no colour is added. If both
 * sides did so, a diagonal would stay a staircase of the old width; so only the darker one grows, over the lighter or
 * over transparency, and a line of one pixel over both its sides. Done again, at every second `time`, the lighter one
 * grows, so that lines do not become fat. Beyond the end the last pixel goes on.
 */
export function scaleXbr(raster: Raster, time = 0): Raster {
  const { width, height } = raster;
  const words = pixelWords(raster);
  const places = placesOf(raster, words);
  const scaled = createRaster(width * 2, height * 2);
  const target = new Uint32Array(scaled.data.buffer);

  const distance = (first: number, second: number): number => {
    if (words[first] === words[second]) return 0;
    let sum = 0;
    for (let index = 0; index < 4; index++) {
      const difference = places[first * 4 + index] - places[second * 4 + index];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  };

  /** Whether the first pixel's colour grows over the second's. */
  const isOver = (first: number, second: number): boolean => isDarker(first, second) === (time % 2 === 0);
  const isDarker = (first: number, second: number): boolean => {
    if (words[first] === 0 || words[second] === 0) return words[second] === 0;
    const difference = places[first * 4] - places[second * 4];
    return difference === 0 ? words[first] < words[second] : difference < 0;
  };

  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const E = y * width + x;
      for (const { right, down, at } of corners) {
        /** The pixel so many steps to this corner's right and down. */
        const pixel = (alongRight: number, alongDown: number): number => {
          const px = x + alongRight * right[0] + alongDown * down[0];
          const py = y + alongRight * right[1] + alongDown * down[1];
          return Math.min(height - 1, Math.max(0, py)) * width + Math.min(width - 1, Math.max(0, px));
        };
        const F = pixel(1, 0);
        const H = pixel(0, 1);
        const to = (y * 2 + at[1]) * scaled.width + x * 2 + at[0];
        target[to] = words[E];
        if (words[E] === words[F] || words[E] === words[H]) continue;

        const [B, C, D, G, I] = [pixel(0, -1), pixel(1, -1), pixel(-1, 0), pixel(-1, 1), pixel(1, 1)];
        const [F4, I4, H5, I5] = [pixel(2, 0), pixel(2, 1), pixel(0, 2), pixel(1, 2)];
        const across = distance(E, C) + distance(E, G) + distance(I, F4) + distance(I, H5) + 4 * distance(H, F);
        const along = distance(H, D) + distance(H, I5) + distance(F, I4) + distance(F, B) + 4 * distance(E, I);
        if (across >= along) continue;
        const isCorner =
          (words[F] !== words[B] && words[H] !== words[D]) ||
          (words[E] === words[I] && words[F] !== words[I4] && words[H] !== words[I5]) ||
          words[E] === words[G] ||
          words[E] === words[C];
        if (!isCorner) continue;
        const other = distance(E, F) <= distance(E, H) ? F : H;
        const isLine = words[E] === words[C] && words[E] === words[G] && words[E] !== words[B] && words[E] !== words[D];
        const isBesideLine = words[F] === words[H] && words[F] !== words[I];
        if (!isLine && (isBesideLine || isOver(other, E))) target[to] = words[other];
      }
    }
  return scaled;
}

/** The four corners of a pixel as one and the same seen after a quarter turn; `at` is its place among the four. */
const corners = [
  { right: [1, 0], down: [0, 1], at: [1, 1] },
  { right: [0, 1], down: [-1, 0], at: [0, 1] },
  { right: [-1, 0], down: [0, -1], at: [0, 0] },
  { right: [0, -1], down: [1, 0], at: [1, 0] },
] as const;

/** L, a, b and alpha from 0 to 1 of each pixel. */
function placesOf({ data }: Raster, words: Uint32Array): Float64Array {
  const places = new Float64Array(words.length * 4);
  for (let index = 0; index < words.length; index++) {
    if (words[index] === 0) continue;
    const at = index * 4;
    places.set(oklabOfRgb((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]), at);
    places[at + 3] = data[at + 3] / 255;
  }
  return places;
}
