import type { Raster } from "../raster.ts";

/**
 * A picture's pixels as one number each, for comparing and copying; all fully transparent ones are 0, whatever colour
 * they hold.
 */
export function pixelWords({ width, height, data }: Raster): Uint32Array {
  const words = new Uint32Array(width * height);
  const bytes = new Uint8ClampedArray(words.buffer);
  bytes.set(data);
  for (let index = 0; index < words.length; index++) if (bytes[index * 4 + 3] === 0) words[index] = 0;
  return words;
}
