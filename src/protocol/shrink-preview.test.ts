import { expect, it } from "vitest";
import { shrinkPreview } from "./shrink-preview.ts";

const numbered = (width: number, height: number) => {
  const pixels = Uint32Array.from({ length: width * height }, (_, index) => index);
  return { width, height, data: new Uint8ClampedArray(pixels.buffer) };
};
const pixelsOf = ({ data }: { data: Uint8Array }) => [...new Uint32Array(data.slice().buffer)];

it("leaves a small picture as it is, in bytes of its own", () => {
  const picture = numbered(3, 2);
  const preview = shrinkPreview(picture);
  expect([preview.width, preview.height, pixelsOf(preview)]).toEqual([3, 2, [0, 1, 2, 3, 4, 5]]);
  picture.data.fill(9);
  expect(pixelsOf(preview)).toEqual([0, 1, 2, 3, 4, 5]);
});

it.each([
  [128, 128, 128, 128, 1],
  [256, 128, 128, 64, 2],
  [129, 3, 65, 2, 2],
  [1024, 1024, 128, 128, 8],
])("%i x %i becomes %i x %i: every %i-th pixel", (width, height, columns, rows, step) => {
  const preview = shrinkPreview(numbered(width, height));
  expect([preview.width, preview.height]).toEqual([columns, rows]);
  expect(pixelsOf(preview).slice(0, 2)).toEqual([0, step]);
  expect(pixelsOf(preview).at(-1)).toBe((rows - 1) * step * width + (columns - 1) * step);
});
