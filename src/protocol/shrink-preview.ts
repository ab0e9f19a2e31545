import { type Preview, previewSize } from "./events.ts";

/** A picture of at most `most` pixels a side: every n-th pixel of a larger one, which is what pixel art looks best by. */
export function shrinkPreview(
  {
    width,
    height,
    data,
  }: {
    readonly width: number;
    readonly height: number;
    readonly data: Uint8Array | Uint8ClampedArray;
  },
  most = previewSize,
): Preview {
  const pixels = new Uint32Array(data.slice().buffer);
  const factor = Math.ceil(Math.max(width, height) / most);
  if (factor <= 1) return { width, height, data: new Uint8Array(pixels.buffer) };
  const columns = Math.ceil(width / factor);
  const rows = Math.ceil(height / factor);
  const small = new Uint32Array(columns * rows);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) small[y * columns + x] = pixels[y * factor * width + x * factor];
  return { width: columns, height: rows, data: new Uint8Array(small.buffer) };
}
