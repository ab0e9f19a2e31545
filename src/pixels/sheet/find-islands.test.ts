import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { findIslands } from "./find-islands.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const shown = (rows: readonly string[], options = {}) =>
  findIslands(drawRaster(rows, ink), options).map(({ x, y, raster }) => [x, y, showRaster(raster, ink)]);

describe("findIslands", () => {
  it("takes pixels that touch, diagonally too, for one", () => {
    expect(shown(["r..g", ".r..", "...."], { mergeDistance: 0 })).toEqual([
      [0, 0, ["r.", ".r"]],
      [3, 0, ["g"]],
    ]);
  });

  it("joins parts over the merge distance and no farther", () => {
    const rows = ["r.g..b"];
    expect(shown(rows, { mergeDistance: 0 })).toHaveLength(3);
    expect(shown(rows)).toEqual([
      [0, 0, ["r.g"]],
      [5, 0, ["b"]],
    ]);
    expect(shown(rows, { mergeDistance: 2 })).toEqual([[0, 0, ["r.g..b"]]]);
  });

  it("joins what meets only later, further down", () => {
    expect(shown(["r...r", "r...r", "r.r.r", "rrrrr"], { mergeDistance: 0 })).toHaveLength(1);
    expect(shown(["....r", "g...r", "gg.rr", ".rr.."], { mergeDistance: 0 })).toHaveLength(1);
  });

  it("cuts out an island without the pixels of another in its bounds", () => {
    expect(shown(["rrrrr", "r...r", "r.g.r", "r...r", "rrrrr"], { mergeDistance: 0 })).toEqual([
      [0, 0, ["rrrrr", "r...r", "r...r", "r...r", "rrrrr"]],
      [2, 2, ["g"]],
    ]);
  });

  it("comes in reading order, though the tops of a row differ", () => {
    expect(shown(["...gg", "rr.gg", "rr...", ".....", "...b."], { mergeDistance: 0 }).map(([x, y]) => [x, y])).toEqual([
      [0, 1],
      [3, 0],
      [3, 4],
    ]);
  });

  it("leaves specks out", () => {
    expect(shown(["r..gg"], { leastPixels: 2 })).toEqual([[3, 0, ["gg"]]]);
    expect(shown(["..."])).toEqual([]);
  });

  it("refuses a distance out of range", () => {
    expect(() => shown(["r"], { mergeDistance: 65 })).toThrow("Cannot merge islands over 65 pixels");
  });
});
