import { PixelsError } from "./pixels-error.ts";
import { createRaster, type Raster } from "./raster.ts";

/** Enlarges without blur: every pixel becomes a block of `factor` x `factor`, a whole number from 1 to 64. */
export function scaleInteger(raster: Raster, factor: number): Raster {
  if (!Number.isInteger(factor) || factor < 1 || factor > 64) {
    throw new PixelsError(`Cannot scale by ${factor}: give a whole number from 1 to 64`, {
      code: "invalid-argument",
      argument: "factor",
      value: factor,
    });
  }
  const { width, height } = raster;
  const scaled = createRaster(width * factor, height * factor);
  // Whole pixels at a time; copied because a Uint32Array must start at a multiple of four bytes.
  const source = new Uint32Array(raster.data.slice().buffer);
  const target = new Uint32Array(scaled.data.buffer);
  const targetWidth = scaled.width;
  for (let y = 0; y < height; y++) {
    const rowStart = y * factor * targetWidth;
    for (let x = 0; x < width; x++) {
      target.fill(source[y * width + x], rowStart + x * factor, rowStart + (x + 1) * factor);
    }
    for (let copy = 1; copy < factor; copy++) {
      target.copyWithin(rowStart + copy * targetWidth, rowStart, rowStart + targetWidth);
    }
  }
  return scaled;
}
