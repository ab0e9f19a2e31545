import { createRaster, type Raster } from "#pixels";
import { StudioError } from "./studio-error.ts";

/**
 * A picture of any size as one of `size` x `size` pixels, without inventing or losing a pixel: a smaller one is centred
 * on transparency, one that was enlarged by a whole factor is brought back. Everything else is refused.
 */
export function fitSource(picture: Raster, size: number, name: string): Raster {
  const native = nativeSize(picture);
  if (native.width > size || native.height > size)
    throw new StudioError(
      "unsupported",
      `Cannot start from ${name}: it is ${native.width} x ${native.height} px and the sprite ${size} x ${size} px; ` +
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

/** Undoes the largest whole-number enlargement of which every block is one colour. */
function nativeSize(picture: Raster): Raster {
  for (let factor = Math.min(64, picture.width, picture.height); factor > 1; factor--) {
    if (picture.width % factor !== 0 || picture.height % factor !== 0 || !hasUniformBlocks(picture, factor)) continue;
    const native = createRaster(picture.width / factor, picture.height / factor);
    for (let y = 0; y < native.height; y++)
      for (let x = 0; x < native.width; x++) {
        const from = (y * factor * picture.width + x * factor) * 4;
        native.data.set(picture.data.subarray(from, from + 4), (y * native.width + x) * 4);
      }
    return native;
  }
  return picture;
}

function hasUniformBlocks({ width, height, data }: Raster, factor: number): boolean {
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (pixels[y * width + x] !== pixels[(y - (y % factor)) * width + x - (x % factor)]) return false;
  return true;
}
