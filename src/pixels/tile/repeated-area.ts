import { createRaster, type Raster } from "../raster.ts";

/**
 * The part of a picture that is repeated without end: `width` x `height` pixels from `x`, `y`, any whole numbers. Of
 * the picture's own size it is the picture shifted round, of three times its size a preview of nine.
 */
export function repeatedArea(picture: Raster, x: number, y: number, width: number, height: number): Raster {
  const area = createRaster(width, height);
  const columns = Int32Array.from({ length: width }, (_, column) => wrap(x + column, picture.width) * 4);
  for (let row = 0; row < height; row++) {
    const from = wrap(y + row, picture.height) * picture.width * 4;
    for (let column = 0, to = row * width * 4; column < width; column++, to += 4)
      for (let channel = 0; channel < 4; channel++)
        area.data[to + channel] = picture.data[from + columns[column] + channel];
  }
  return area;
}

function wrap(value: number, length: number): number {
  return ((value % length) + length) % length;
}
