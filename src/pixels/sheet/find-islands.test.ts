import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { findIslands } from "./find-islands.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
/** Groups of visible pixels of a picture 11 pixels wide, where those up to `reach` apart belong together. */
function countGroups(pixels: readonly number[], reach: number): number {
  const left = new Set(pixels.flatMap((visible, at) => (visible ? [at] : [])));
  let groups = 0;
  for (const start of left) {
    groups++;
    const group = [start];
    left.delete(start);
    for (const at of group)
      for (const other of left) {
        const across = Math.abs((at % 11) - (other % 11));
        const down = Math.abs(Math.floor(at / 11) - Math.floor(other / 11));
        if (Math.max(across, down) > reach) continue;
        left.delete(other);
        group.push(other);
      }
  }
  return groups;
}

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

  it("joins as brute force over all pairs of pixels does", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 99, maxLength: 99 }),
        fc.integer({ min: 0, max: 3 }),
        (pixels, mergeDistance) => {
          const raster = createRaster(11, 9);
          for (const [at, visible] of pixels.entries()) raster.data[at * 4 + 3] = visible * 255;
          const islands = findIslands(raster, { mergeDistance });
          expect(islands.length).toBe(countGroups(pixels, mergeDistance + 1));
          const visible = islands.flatMap((island) => [...island.raster.data].filter((value) => value > 0));
          expect(visible.length).toBe(pixels.filter((value) => value > 0).length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("takes no longer for a great distance", () => {
    const raster = createRaster(600, 600);
    for (let at = 3; at < raster.data.length; at += 4) raster.data[at] = 255;
    expect(findIslands(raster, { mergeDistance: 64 })).toHaveLength(1);
  });

  it("refuses a distance out of range", () => {
    expect(() => shown(["r"], { mergeDistance: 65 })).toThrow("Cannot merge islands over 65 pixels");
  });
});
