import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "./draw-raster.ts";
import { createRaster } from "./raster.ts";
import { scaleInteger } from "./scale-integer.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };

describe("scaleInteger", () => {
  it("makes every pixel a block", () => {
    const scaled = scaleInteger(drawRaster(["rg", ".b"], ink), 3);
    expect(showRaster(scaled, ink)).toEqual(["rrrggg", "rrrggg", "rrrggg", "...bbb", "...bbb", "...bbb"]);
  });

  it("keeps partial alpha and the colour under full transparency", () => {
    const scaled = scaleInteger(createRaster(2, 1, Uint8ClampedArray.of(1, 2, 3, 4, 5, 6, 7, 0)), 2);
    const row = [1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 0, 5, 6, 7, 0];
    expect([...scaled.data]).toEqual([...row, ...row]);
  });

  it("reads a raster over part of a larger buffer", () => {
    const bytes = new Uint8ClampedArray(9).fill(200);
    expect([...scaleInteger(createRaster(2, 1, bytes.subarray(1)), 1).data]).toEqual(Array(8).fill(200));
  });

  it.each([0, 65, 1.5, Number.NaN])("refuses the factor %s", (factor) => {
    expect(() => scaleInteger(createRaster(1, 1), factor)).toThrow(
      `Cannot scale by ${factor}: give a whole number from 1 to 64`,
    );
  });
});
