import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { layOutGrid } from "./lay-out-grid.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const red = drawRaster(["rr", "r."], ink);
const green = drawRaster(["gg", ".g"], ink);
const blue = drawRaster(["bb", "bb"], ink);

describe("layOutGrid", () => {
  it("puts all frames in one row", () => {
    const { raster, columns, cells } = layOutGrid([red, green, blue]);
    expect(showRaster(raster, ink)).toEqual(["rrggbb", "r..gbb"]);
    expect(columns).toBe(3);
    expect(cells).toEqual([
      { x: 0, y: 0, width: 2, height: 2 },
      { x: 2, y: 0, width: 2, height: 2 },
      { x: 4, y: 0, width: 2, height: 2 },
    ]);
  });

  it("breaks rows, with padding between cells and none around them", () => {
    const { raster, cells } = layOutGrid([red, green, blue], { columns: 2, padding: 1 });
    expect(showRaster(raster, ink)).toEqual(["rr.gg", "r...g", ".....", "bb...", "bb..."]);
    expect(cells[2]).toEqual({ x: 0, y: 3, width: 2, height: 2 });
  });

  it("is no wider than its frames", () => {
    expect(layOutGrid([red], { columns: 8, padding: 3 }).raster.width).toBe(2);
  });

  it("refuses frames of unequal size, no frames, and options out of range", () => {
    expect(() => layOutGrid([red, drawRaster(["rrr"], ink)])).toThrow(
      "Cannot lay frames of unequal size out in a grid: frame 2 is 3 x 1, the first 2 x 2; " +
        "bring them to one size, or pack them as an atlas",
    );
    expect(() => layOutGrid([])).toThrow("Cannot make a sheet of 0 frames: give at least one");
    expect(() => layOutGrid([red], { columns: 0 })).toThrow("Cannot use columns 0: give a whole number from 1 to 4096");
    expect(() => layOutGrid([red], { padding: -1 })).toThrow("Cannot use padding -1");
  });
});
