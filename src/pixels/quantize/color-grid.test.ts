import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Oklab, oklabOfRgb, squaredOklabDistance } from "../oklab.ts";
import { colorGrid } from "./color-grid.ts";

/** Comparing with every colour: of equally near ones the first. */
function bruteForce(palette: readonly number[], place: Oklab): number {
  const distances = palette.map((rgb) => squaredOklabDistance(place, oklabOfRgb(rgb)));
  return distances.indexOf(Math.min(...distances));
}

const rgb = fc.integer({ min: 0, max: 0xffffff });

describe("the grid of colours", () => {
  it("answers as brute force does, for many places after each other", () => {
    const palettes = fc.array(rgb, { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(palettes, fc.array(rgb, { minLength: 20, maxLength: 20 }), (palette, colors) => {
        const { nearest } = colorGrid(palette);
        // Twice, as the second answer comes from what the first has left behind.
        for (const color of [...colors, ...colors])
          expect(nearest(...oklabOfRgb(color))).toBe(bruteForce(palette, oklabOfRgb(color)));
      }),
      { numRuns: 30 },
    );
  });

  it("tells neighbouring colours apart, and takes the first of equal ones", () => {
    const greys = Array.from({ length: 256 }, (_, value) => (value << 16) | (value << 8) | value);
    const { nearest } = colorGrid([...greys, ...greys]);
    for (const [index, grey] of greys.entries()) expect(nearest(...oklabOfRgb(grey))).toBe(index);
  });

  it("covers all of sRGB, and answers beyond it too", () => {
    const palette = [0x000000, 0xff0000, 0x00ff00, 0x0000ff, 0xffff00, 0xff00ff, 0x00ffff, 0xffffff];
    const { nearest } = colorGrid(palette);
    for (const [index, color] of palette.entries()) expect(nearest(...oklabOfRgb(color))).toBe(index);
    const outside: readonly Oklab[] = [
      [-0.5, 0, 0],
      [1.7, 0.1, 0],
      [0.5, -0.9, 0.3],
      [0.5, 0.9, 0],
      [0.6, 0, -0.8],
      [0.6, 0, 0.8],
    ];
    for (const place of outside) expect(nearest(place[0], place[1], place[2])).toBe(bruteForce(palette, place));
  });
});
