import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { createRaster, type Raster } from "../raster.ts";
import { bricks, slope } from "./sample-textures.ts";
import { seamError, seamErrors, seamExcess } from "./seam-error.ts";
import { repeatedArea } from "./repeated-area.ts";

const ink = { "#": "#000000", o: "#ffffff" };

/** Grey from a function of the place, 0 to 1. */
function shade(size: number, value: (x: number, y: number) => number): Raster {
  const raster = createRaster(size, size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const grey = Math.round(255 * value(x, y));
      raster.data.set([grey, grey, grey, 255], (y * size + x) * 4);
    }
  }
  return raster;
}

describe("seamError", () => {
  it("is 0 in one colour, opaque or transparent, and in a single pixel", () => {
    expect(seamError(drawRaster(["##", "##"], ink))).toBe(0);
    expect(seamError(createRaster(3, 3))).toBe(0);
    expect(seamError(drawRaster(["#"], ink))).toBe(0);
  });

  it("is 1 where the edges differ as much as neighbours inside", () => {
    expect(seamError(drawRaster(["#o#o", "o#o#"], ink))).toBeCloseTo(1);
  });

  it("stays below 2 in a wave whose period fits, even where it is steepest", () => {
    const wave = shade(32, (x, y) => 0.5 + 0.2 * Math.sin((x * Math.PI) / 8) + 0.2 * Math.cos((y * Math.PI) / 16));
    expect(seamError(wave)).toBeLessThan(2);
  });

  it("is many times that across the ends of a gradient, in either direction", () => {
    expect(seamError(shade(32, (x) => x / 31))).toBeGreaterThan(20);
    expect(seamError(shade(32, (_, y) => y / 31))).toBeGreaterThan(20);
  });

  it("counts a step between opaque and transparent as 1", () => {
    // Columns: three steps inside of which one is 1, and 1 at the seam.
    expect(seamError(drawRaster(["##..", "##.."], ink))).toBeCloseTo(3);
  });

  it("takes differences that cannot be seen for none", () => {
    expect(seamError(shade(8, (x) => (x === 7 ? 0.502 : 0.5)))).toBeLessThan(1);
  });
});

describe("seamErrors", () => {
  it("tells the directions apart", () => {
    const { across, down } = seamErrors(shade(16, (x) => x / 15));
    expect(across).toBeGreaterThan(10);
    expect(down).toBe(0);
  });
});

describe("seamExcess", () => {
  it("is at most 1 where the pattern draws such steps itself, and over 1 where it does not", () => {
    expect(seamExcess(repeatedArea(bricks(32), 0, 3, 32, 32))).toBeLessThanOrEqual(1.01);
    expect(seamExcess(slope(24))).toBeGreaterThan(3);
    expect(seamExcess(drawRaster(["#o"], ink))).toBe(0);
  });
});
