import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oklabOfRgb, rgbOfOklab, squaredOklabDistance } from "./oklab.ts";

describe("oklabOfRgb", () => {
  // Computed by culori 4 and checked against CSS Color 4's examples.
  it.each([
    [0x000000, [0, 0, 0]],
    [0xffffff, [1, 0, 0]],
    [0xff0000, [0.62796, 0.22486, 0.12585]],
    [0x00ff00, [0.86644, -0.23389, 0.1795]],
    [0x0000ff, [0.45201, -0.03246, -0.31153]],
    [0x808080, [0.59987, 0, 0]],
  ])("places %i", (rgb, expected) => {
    for (const [channel, value] of oklabOfRgb(rgb).entries()) expect(value).toBeCloseTo(expected[channel], 4);
  });
});

describe("rgbOfOklab", () => {
  it("undoes oklabOfRgb exactly", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffff }), (rgb) => rgbOfOklab(oklabOfRgb(rgb)) === rgb));
  });

  it("clips what sRGB cannot show", () => {
    expect(rgbOfOklab([2, 0, 0])).toBe(0xffffff);
    expect(rgbOfOklab([-1, 0, 0])).toBe(0x000000);
  });
});

describe("squaredOklabDistance", () => {
  it("sums the squares of the differences", () => {
    expect(squaredOklabDistance([0, 0, 0], [1, 2, 3])).toBe(14);
  });
});
