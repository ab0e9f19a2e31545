import { createRaster, type Raster } from "../raster.ts";
import type { Cells } from "./cells.ts";

/** The pixels of a cell that are taken, along one axis: from `first` up to, not including, `end`. */
type Spans = { readonly first: Int32Array; readonly end: Int32Array };

/** The middle half of each cell, one pixel at least. Lines need not be even. */
export function middleSpans({ count, pitch, start }: Cells, length: number, lines?: Int32Array): Spans {
  const first = new Int32Array(count);
  const end = new Int32Array(count);
  for (let cell = 0; cell < count; cell++) {
    const low = lines === undefined ? start + cell * pitch : lines[cell];
    const high = lines === undefined ? low + pitch : lines[cell + 1];
    const [middle, reach] = [(low + high) / 2, (high - low) / 4];
    // Pixel i has its middle at i + 0.5.
    const from = Math.max(0, Math.ceil(middle - reach - 0.5 - 1e-9));
    const to = Math.min(length, Math.floor(middle + reach - 0.5 + 1e-9) + 1);
    const only = Math.min(length - 1, Math.max(0, Math.floor(middle)));
    first[cell] = to > from ? from : only;
    end[cell] = to > from ? to : only + 1;
  }
  return { first, end };
}

/** Pixels further than this from the middle ones, in a sum over channels, belong to something else. */
const likeness = 96;

/**
 * One pixel a cell: where all that were taken are equal, exactly that one; else the mean of those that are like the
 * mean of the middle, over premultiplied alpha.
 */
export function sampleCells(raster: Raster, across: Spans, down: Spans): Raster {
  const [width, height] = [across.first.length, down.first.length];
  const native = createRaster(width, height);
  const source = raster.data;
  const isAligned = source.byteOffset % 4 === 0;
  const words = isAligned
    ? new Uint32Array(source.buffer, source.byteOffset, raster.width * raster.height)
    : new Uint32Array(source.slice().buffer);
  const target = new Uint32Array(native.data.buffer);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [left, right] = [across.first[column], across.end[column]];
      const [top, bottom] = [down.first[row], down.end[row]];
      const word = words[top * raster.width + left];
      let isOne = true;
      for (let y = top; y < bottom && isOne; y++)
        for (let x = left; x < right && isOne; x++) isOne = words[y * raster.width + x] === word;
      if (isOne) target[row * width + column] = word;
      else meanOf(raster, left, right, top, bottom, native.data, (row * width + column) * 4);
    }
  }
  return native;
}

function meanOf(
  { width, data }: Raster,
  left: number,
  right: number,
  top: number,
  bottom: number,
  target: Uint8ClampedArray,
  to: number,
): void {
  // The middle one, two or four pixels.
  const [middleLeft, middleRight] = [(left + right - 1) >> 1, (left + right) >> 1];
  const [middleTop, middleBottom] = [(top + bottom - 1) >> 1, (top + bottom) >> 1];
  // Written out where a function would do: its own numbers would be made anew at every pixel.
  let [red, green, blue, alpha, count] = [0, 0, 0, 0, 0];
  for (let inY = 0; inY < 2; inY++)
    for (let inX = 0; inX < 2; inX++) {
      const from = ((inY === 0 ? middleTop : middleBottom) * width + (inX === 0 ? middleLeft : middleRight)) * 4;
      const opacity = data[from + 3] / 255;
      red += data[from] * opacity;
      green += data[from + 1] * opacity;
      blue += data[from + 2] * opacity;
      alpha += opacity;
      count++;
    }
  const [meanRed, meanGreen, meanBlue, meanAlpha] = [red / count, green / count, blue / count, alpha / count];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const from = (y * width + x) * 4;
      const opacity = data[from + 3] / 255;
      const distance =
        Math.abs(data[from] * opacity - meanRed) +
        Math.abs(data[from + 1] * opacity - meanGreen) +
        Math.abs(data[from + 2] * opacity - meanBlue) +
        255 * Math.abs(opacity - meanAlpha);
      if (distance > likeness) continue;
      red += data[from] * opacity;
      green += data[from + 1] * opacity;
      blue += data[from + 2] * opacity;
      alpha += opacity;
      count++;
    }
  if (alpha <= 0) return;
  target[to] = red / alpha;
  target[to + 1] = green / alpha;
  target[to + 2] = blue / alpha;
  target[to + 3] = (255 * alpha) / count;
}
