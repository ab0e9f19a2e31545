import { describe, expect, it } from "vitest";
import { createRaster } from "#pixels";
import { planesFromRaster, rasterFromPlanes } from "./planes.ts";

const square = createRaster(
  2,
  2,
  Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 51, 255, 9, 9, 9, 0, 255, 255, 255, 255]),
);

describe("planesFromRaster", () => {
  it("has one plane a channel in -1..1, with transparent pixels at (0, 0, 0, -1)", () => {
    const planes = planesFromRaster(square, 1);
    expect([...planes].map((value) => Math.round(value * 10) / 10 + 0)).toEqual([
      ...[1, -1, 0, 1],
      ...[-1, 1, 0, 1],
      ...[-1, -0.6, 0, 1],
      ...[1, 1, -1, 1],
    ]);
  });

  it("repeats pixels in blocks", () => {
    const planes = planesFromRaster(square, 2);
    expect([...planes.subarray(48, 64)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1]);
  });
});

describe("rasterFromPlanes", () => {
  it.each([1, 2])("gives opaque pixels back, in blocks of %i", (block) => {
    const raster = rasterFromPlanes(planesFromRaster(square, block), 2 * block, block);
    expect([...raster.data.subarray(0, 8)]).toEqual([...square.data.subarray(0, 8)]);
    expect(raster.data[11]).toBe(0);
    expect([...raster.data.subarray(12)]).toEqual([...square.data.subarray(12)]);
  });
});
