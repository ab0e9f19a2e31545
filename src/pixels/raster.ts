import { PixelsError } from "./pixels-error.ts";

/**
 * A picture in memory: `width * height` pixels, row by row from the top left, four bytes each (red, green, blue,
 * alpha), sRGB, straight (not premultiplied) alpha.
 */
export type Raster = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
};

/** A transparent black raster, or one over existing bytes (not copied), of which there must be four a pixel. */
export function createRaster(width: number, height: number, data?: Uint8ClampedArray): Raster {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new PixelsError(`Cannot make a raster of ${width} x ${height}: both sides must be whole numbers from 1`, {
      code: "invalid-argument",
      argument: "size",
      value: [width, height],
    });
  }
  const bytes = data ?? new Uint8ClampedArray(width * height * 4);
  if (bytes.length !== width * height * 4) {
    throw new PixelsError(
      `Cannot make a raster of ${width} x ${height} from ${bytes.length} bytes: it takes 4 a pixel`,
      {
        code: "size-mismatch",
        expected: `${width * height * 4} bytes`,
        actual: `${bytes.length} bytes`,
      },
    );
  }
  return { width, height, data: bytes };
}

export function cloneRaster(raster: Raster): Raster {
  return { width: raster.width, height: raster.height, data: raster.data.slice() };
}

/** How many pixels of two rasters of one size differ. Two fully transparent pixels are equal whatever their colour. */
export function countDifferingPixels(a: Raster, b: Raster): number {
  if (a.width !== b.width || a.height !== b.height) {
    const expected = `${a.width} x ${a.height}`;
    const actual = `${b.width} x ${b.height}`;
    throw new PixelsError(
      `Cannot compare pixels: one picture is ${expected}, the other ${actual}; give two of the same size`,
      { code: "size-mismatch", expected, actual },
    );
  }
  let differing = 0;
  for (let index = 0; index < a.data.length; index += 4) {
    const alpha = a.data[index + 3];
    if (
      alpha !== b.data[index + 3] ||
      (alpha !== 0 &&
        (a.data[index] !== b.data[index] ||
          a.data[index + 1] !== b.data[index + 1] ||
          a.data[index + 2] !== b.data[index + 2]))
    ) {
      differing++;
    }
  }
  return differing;
}

/** How many different colours the pixels have that are not fully transparent, whatever their alpha. */
export function countColors(raster: Raster): number {
  const { data } = raster;
  const colors = new Set<number>();
  for (let index = 0; index < data.length; index += 4) {
    if (data[index + 3] !== 0) colors.add((data[index] << 16) | (data[index + 1] << 8) | data[index + 2]);
  }
  return colors.size;
}
