import { PixelsError } from "./pixels-error.ts";
import { createRaster, type Raster } from "./raster.ts";

/** A rectangle of whole pixels; `x` and `y` are its top left corner. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** The smallest box around all pixels that are not fully transparent; undefined when there is none. */
export function visibleBox({ width, height, data }: Raster): Box | undefined {
  let left = width;
  let right = -1;
  let top = -1;
  let bottom = -1;
  for (let y = 0; y < height; y++) {
    const rowStart = y * width * 4 + 3;
    let first = 0;
    while (first < width && data[rowStart + first * 4] === 0) first++;
    if (first === width) continue;
    let last = width - 1;
    while (data[rowStart + last * 4] === 0) last--;
    if (top < 0) top = y;
    bottom = y;
    if (first < left) left = first;
    if (last > right) right = last;
  }
  return bottom < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The pixels inside a box; where it reaches beyond the picture they are transparent black. */
export function crop(raster: Raster, box: Box): Raster {
  const cropped = createRaster(box.width, box.height);
  const left = Math.max(0, box.x);
  const right = Math.min(raster.width, box.x + box.width);
  if (right <= left) return cropped;
  for (let y = Math.max(0, box.y); y < Math.min(raster.height, box.y + box.height); y++) {
    const row = raster.data.subarray((y * raster.width + left) * 4, (y * raster.width + right) * 4);
    cropped.data.set(row, ((y - box.y) * box.width + left - box.x) * 4);
  }
  return cropped;
}

/**
 * Cuts transparent rows and columns off all sides but for `margin` pixels (0 to 256), which are added where there are
 * fewer. Throws a PixelsError for a picture without a visible pixel.
 */
export function trim(raster: Raster, margin = 0): Raster {
  if (!Number.isInteger(margin) || margin < 0 || margin > 256)
    throw new PixelsError(`Cannot leave a margin of ${margin}: give a whole number from 0 to 256`, {
      code: "invalid-argument",
      argument: "margin",
      value: margin,
    });
  const box = visibleBox(raster);
  if (box === undefined)
    throw new PixelsError("Cannot trim the picture: all of it is transparent; give one with a visible pixel", {
      code: "nothing-visible",
    });
  const { x, y, width, height } = box;
  return crop(raster, { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin });
}
