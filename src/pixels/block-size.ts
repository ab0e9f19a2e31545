import { commonDivisor } from "./grid/whole-blocks.ts";
import type { Raster } from "./raster.ts";

/**
 * The side of the blocks that a picture enlarged by nearest neighbour consists of: the largest that divides both sides
 * and leaves every block, counted from the upper left corner, in one colour. 1 for a picture at its native size, and
 * where so little changes that it may be chance.
 */
export function blockSize({ width, height, data }: Raster): number {
  const pixels = new Uint32Array(data.slice().buffer);
  let divisor = commonDivisor(width, height);
  let changes = 0;
  for (let y = 0; y < height && divisor > 1; y++)
    for (let x = 1; x < width; x++)
      if (pixels[y * width + x] !== pixels[y * width + x - 1]) {
        divisor = commonDivisor(divisor, x);
        changes++;
      }
  for (let y = 1; y < height && divisor > 1; y++)
    for (let x = 0; x < width; x++)
      if (pixels[y * width + x] !== pixels[(y - 1) * width + x]) {
        divisor = commonDivisor(divisor, y);
        changes++;
      }
  // Of a few lines it may be chance where they are.
  return changes < 8 * divisor ? 1 : divisor;
}
