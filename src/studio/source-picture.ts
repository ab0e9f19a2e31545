import { countDifferingPixels, createRaster, type Raster, recoverGrid, scaleInteger } from "#pixels";
import { StudioError } from "./studio-error.ts";

/**
 * A picture of any size as one of `size` x `size` pixels: one that is larger is brought to its native pixels, if it is
 * pixel art whose grid is sure, and what is smaller is centred on transparency. Everything else is refused.
 */
export function fitSource(picture: Raster, size: number, name: string): Raster {
  const native = isWithin(picture, size) ? picture : nativeWithin(picture, size);
  if (native === undefined)
    throw new StudioError(
      "unsupported",
      `Cannot start from ${name}: it is ${picture.width} x ${picture.height} px and the sprite ${size} x ${size} px; ` +
        "crop it or bring it to that size first",
    );
  if (native.width === size && native.height === size) return native;
  const fitted = createRaster(size, size);
  const left = (size - native.width) >> 1;
  const top = (size - native.height) >> 1;
  for (let y = 0; y < native.height; y++)
    fitted.data.set(
      native.data.subarray(y * native.width * 4, (y + 1) * native.width * 4),
      ((top + y) * size + left) * 4,
    );
  return fitted;
}

function isWithin({ width, height }: Raster, size: number): boolean {
  return width <= size && height <= size;
}

function nativeWithin(picture: Raster, size: number): Raster | undefined {
  const { width, height } = picture;
  const factor = Math.max(width, height) / size;
  // Masks are of so few shapes that their blocks may be anything; exactly the size that is wanted is the likeliest.
  if (Number.isInteger(factor) && factor <= 64 && width % factor === 0 && height % factor === 0) {
    const { raster } = recoverGrid(picture, { size: { width: width / factor, height: height / factor } });
    if (countDifferingPixels(scaleInteger(raster, factor), picture) === 0) return raster;
  }
  const { raster, isSure } = recoverGrid(picture);
  return isSure && isWithin(raster, size) ? raster : undefined;
}
