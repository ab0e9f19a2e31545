import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import { blurred, resample } from "./resample.ts";

/** One row of greys, opaque. */
function greys(...values: number[]): Raster {
  return createRaster(values.length, 1, Uint8ClampedArray.from(values.flatMap((value) => [value, value, value, 255])));
}
const reds = ({ data }: Raster) => Array.from({ length: data.length / 4 }, (_, at) => data[at * 4]);

describe("resample", () => {
  it.each([
    ["nearest", [0, 0, 200, 200]],
    // At a quarter and three quarters between the middles of the two.
    ["bilinear", [0, 50, 150, 200]],
    // Keys' kernel at 0.25, 0.75, 1.25 and 1.75 is 0.867, 0.227, -0.07 and -0.023.
    ["bicubic", [0, 41, 159, 214]],
    // At the same places 0.782, 0.256, -0.023 and -0.014; then 0.612, 0.315, 0.07 and 0.003.
    ["mitchell", [0, 48, 152, 205]],
    ["spline", [15, 63, 137, 185]],
    ["box", [0, 0, 200, 200]],
  ] as const)("enlarges by %s", (kernel, expected) => {
    const found = reds(resample(greys(0, 200), 4, 1, kernel));
    for (const [index, value] of found.entries()) expect(Math.abs(value - expected[index])).toBeLessThanOrEqual(1);
  });

  it("overshoots at edges by Lanczos and bicubic, and by nothing else", () => {
    const step = greys(50, 50, 50, 50, 200, 200, 200, 200);
    const most = (kernel: "bilinear" | "bicubic" | "lanczos") => Math.max(...reds(resample(step, 40, 1, kernel)));
    expect([most("bilinear"), most("bicubic") > 200, most("lanczos") > 200]).toEqual([200, true, true]);
  });

  it("smooths even what it does not enlarge by the B-spline", () => {
    expect(reds(resample(greys(0, 0, 180, 0, 0), 5, 1, "spline"))).toEqual([0, 30, 120, 30, 0]);
  });

  it("takes means when it shrinks", () => {
    expect(reds(resample(greys(0, 100, 40, 60), 2, 1, "box"))).toEqual([50, 50]);
  });

  it("does not mix the colour of what is transparent", () => {
    const edge = createRaster(2, 1, Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 0, 0]));
    const { data } = resample(edge, 4, 1, "bilinear");
    expect([...data.subarray(4, 8)]).toEqual([255, 0, 0, 191]);
  });
});

describe("blurred", () => {
  it("spreads a step evenly and keeps flat areas", () => {
    const values = reds(blurred(greys(0, 0, 0, 0, 200, 200, 200, 200), 1));
    expect(values[0]).toBe(0);
    expect(values[3] + values[4]).toBe(200);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });
});
