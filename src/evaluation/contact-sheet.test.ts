import { expect, it } from "vitest";
import { createRaster } from "#pixels";
import { contactSheet } from "./contact-sheet.ts";

it("lays sprites out in rows, on grey where they are transparent", () => {
  const red = createRaster(1, 1, Uint8ClampedArray.of(255, 0, 0, 255));
  const sheet = contactSheet([red, createRaster(1, 1), red], 2, 1);
  expect([sheet.width, sheet.height]).toEqual([5, 5]);
  const reds = Array.from({ length: 25 }, (_, pixel) => sheet.data[pixel * 4]);
  expect(reds).toEqual([
    ...[70, 70, 70, 70, 70],
    ...[70, 255, 70, 140, 70],
    ...[70, 70, 70, 70, 70],
    ...[70, 255, 70, 70, 70],
    ...[70, 70, 70, 70, 70],
  ]);
});
