import { describe, expect, it } from "vitest";
import { drawRaster } from "./draw-raster.ts";
import { PixelsError } from "./pixels-error.ts";
import { cloneRaster, countColors, countDifferingPixels, createRaster } from "./raster.ts";

const ink = { r: "#ff0000", b: "#0000ff" };

describe("createRaster", () => {
  it("is transparent black, four bytes a pixel", () => {
    const raster = createRaster(3, 2);
    expect(raster).toEqual({ width: 3, height: 2, data: new Uint8ClampedArray(24) });
  });

  it("takes existing bytes without copying them", () => {
    const data = new Uint8ClampedArray(4);
    expect(createRaster(1, 1, data).data).toBe(data);
  });

  it.each([
    [0, 4],
    [4, -1],
    [1.5, 2],
    [Number.NaN, 2],
  ])("refuses a size of %s x %s", (width, height) => {
    expect(() => createRaster(width, height)).toThrow(
      `Cannot make a raster of ${width} x ${height}: both sides must be whole numbers from 1`,
    );
  });

  it("refuses bytes of another length", () => {
    expect(() => createRaster(2, 2, new Uint8ClampedArray(15))).toThrow(
      expect.objectContaining({
        name: "PixelsError",
        code: "size-mismatch",
        message: "Cannot make a raster of 2 x 2 from 15 bytes: it takes 4 a pixel",
      }),
    );
  });
});

describe("cloneRaster", () => {
  it("shares nothing with the original", () => {
    const raster = drawRaster(["r"], ink);
    const clone = cloneRaster(raster);
    clone.data[0] = 7;
    expect(raster.data[0]).toBe(255);
    expect(clone).toMatchObject({ width: 1, height: 1 });
  });
});

describe("countDifferingPixels", () => {
  it("counts each pixel once, whichever channels differ", () => {
    const a = drawRaster(["rrb", "b.r"], ink);
    const b = drawRaster(["rbb", "bbr"], ink);
    expect(countDifferingPixels(a, b)).toBe(2);
    expect(countDifferingPixels(a, a)).toBe(0);
  });

  it.each([0, 1, 2, 3])("notices a difference in channel %i alone", (channel) => {
    const a = createRaster(1, 1, Uint8ClampedArray.of(9, 9, 9, 9));
    const b = cloneRaster(a);
    b.data[channel] = 10;
    expect(countDifferingPixels(a, b)).toBe(1);
  });

  it("ignores the colour under full transparency", () => {
    const a = createRaster(1, 1, Uint8ClampedArray.of(1, 2, 3, 0));
    expect(countDifferingPixels(a, createRaster(1, 1))).toBe(0);
  });

  it("refuses pictures of different sizes", () => {
    expect(() => countDifferingPixels(createRaster(2, 1), createRaster(1, 2))).toThrow(
      new PixelsError("Cannot compare pixels: one picture is 2 x 1, the other 1 x 2; give two of the same size", {
        code: "size-mismatch",
        expected: "2 x 1",
        actual: "1 x 2",
      }),
    );
  });
});

describe("countColors", () => {
  it("counts different colours of visible pixels", () => {
    expect(countColors(drawRaster(["rrb", "b.r"], ink))).toBe(2);
    expect(countColors(createRaster(4, 4))).toBe(0);
  });

  it("counts a colour once whatever its alpha", () => {
    expect(countColors(createRaster(2, 1, Uint8ClampedArray.of(1, 2, 3, 255, 1, 2, 3, 4)))).toBe(1);
  });
});
