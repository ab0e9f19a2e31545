import { describe, expect, test } from "vitest";
import { drawRaster, showRaster } from "./draw-raster.ts";
import { createRaster } from "./raster.ts";
import { crop, trim, visibleBox } from "./trim.ts";

const colors = { r: "#ff0000", g: "#00ff00" };
const sprite = drawRaster(["....", "..r.", ".g..", "...."], colors);

describe("the box around what is visible", () => {
  test("touches the outermost visible pixels", () => {
    expect(visibleBox(sprite)).toEqual({ x: 1, y: 1, width: 2, height: 2 });
    expect(visibleBox(drawRaster(["r..g"], colors))).toEqual({ x: 0, y: 0, width: 4, height: 1 });
  });

  test("counts a pixel that is nearly transparent, and not a colour under zero alpha", () => {
    const raster = createRaster(3, 3);
    raster.data.set([9, 9, 9, 1], 4 * 4);
    raster.data.set([255, 0, 0, 0], 0);
    expect(visibleBox(raster)).toEqual({ x: 1, y: 1, width: 1, height: 1 });
    expect(visibleBox(createRaster(3, 3))).toBeUndefined();
  });
});

describe("trimming", () => {
  test.each<[number, string[]]>([
    [0, [".r", "g."]],
    [1, ["....", "..r.", ".g..", "...."]],
    [2, ["......", "......", "...r..", "..g...", "......", "......"]],
  ])("leaves a margin of %i", (margin, rows) => {
    expect(showRaster(trim(sprite, margin), colors)).toEqual(rows);
  });

  test.each([-1, 0.5, 257])("refuses a margin of %s", (margin) => {
    expect(() => trim(sprite, margin)).toThrow(`Cannot leave a margin of ${margin}`);
  });

  test("refuses a picture without a visible pixel", () => {
    expect(() => trim(createRaster(2, 2))).toThrow("all of it is transparent");
  });
});

test("a box beside the picture is transparent", () => {
  expect(showRaster(crop(sprite, { x: 4, y: 0, width: 2, height: 1 }), colors)).toEqual([".."]);
  expect(showRaster(crop(sprite, { x: -1, y: 2, width: 3, height: 3 }), colors)).toEqual(["..g", "...", "..."]);
});
