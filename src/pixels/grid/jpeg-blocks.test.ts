import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "../raster.ts";
import { edgeProfiles } from "./edge-profiles.ts";
import { blockinessOf, mayBeJpegs } from "./jpeg-blocks.ts";

/** Columns that are all alike, opaque greys by place. */
function columns(width: number, greyAt: (x: number) => number): Raster {
  const raster = createRaster(width, 40);
  for (let at = 0; at < width * 40; at++) {
    const grey = greyAt(at % width);
    raster.data.set([grey, grey, grey, 255], at * 4);
  }
  return raster;
}

/** A slope in steps of 8 pixels, as JPEG's means of blocks leave it. */
const slopeInBlocks = columns(160, (x) => 40 + 4 * Math.floor(x / 8));

describe("blockinessOf", () => {
  it("is high when steps lie between blocks, and none when they lie anywhere", () => {
    expect(blockinessOf(edgeProfiles(slopeInBlocks).x.steps)).toBeGreaterThan(1);
    expect(blockinessOf(edgeProfiles(columns(160, (x) => x)).x.steps)).toBeCloseTo(0);
  });
});

describe("mayBeJpegs", () => {
  const cells = (pitch: number, start = 0) => ({ count: Math.round(160 / pitch), pitch, start });

  it("doubts cells on JPEG's blocks, their halves and pairs, that have weak steps alone", () => {
    const { x } = edgeProfiles(slopeInBlocks);
    expect([4, 8, 16].map((pitch) => mayBeJpegs(cells(pitch), x))).toEqual([true, true, true]);
  });

  it("does not doubt other cells", () => {
    const { x } = edgeProfiles(slopeInBlocks);
    expect([1, 5, 7.5, 10, 32].map((pitch) => mayBeJpegs(cells(pitch), x))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(mayBeJpegs(cells(8, 3), x)).toBe(false);
  });

  it("does not doubt an enlargement without JPEG, however soft", () => {
    const slopes = columns(160, (x) => 40 + 4 * (x / 8));
    expect(mayBeJpegs(cells(8), edgeProfiles(slopes).x)).toBe(false);
  });

  it("believes strong edges on the lines, and not those elsewhere", () => {
    const edgesEvery = (size: number) =>
      columns(160, (x) => (Math.floor(x / size) % 2 === 0 ? 40 : 160) + 4 * (Math.floor(x / 8) % 3));
    expect(mayBeJpegs(cells(8), edgeProfiles(edgesEvery(8)).x)).toBe(false);
    expect(mayBeJpegs(cells(8), edgeProfiles(edgesEvery(20)).x)).toBe(true);
  });
});
