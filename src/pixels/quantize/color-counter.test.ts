import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { createColorCounter } from "./color-counter.ts";
import { extractPalette } from "./extract-palette.ts";

const ink = { r: "#ff0000", s: "#f00808", b: "#0000ff", k: "#000000", w: "#ffffff" };

describe("the colours of many pictures", () => {
  it("give the palette of one picture that holds them all", () => {
    const counter = createColorCounter();
    counter.add(drawRaster(["rrs.", "bbk."], ink));
    counter.add(drawRaster(["wwww", "rr.k"], ink));
    const all = drawRaster(["rrs.wwww", "bbk.rr.k"], ink);
    expect(counter.colors()).toBe(5);
    for (const count of [1, 2, 4, 9]) expect(counter.palette(count)).toEqual(extractPalette(all, count));
    expect(counter.palette(4)).toHaveLength(4);
  });

  it("are as few as look the same with auto", () => {
    const counter = createColorCounter();
    counter.add(drawRaster(["rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrs", "b".repeat(60)], ink));
    expect(counter.palette("auto")).toEqual(["#0000ff", "#ff0000"]);
  });

  it("are none where nothing is visible, and no count of 0 or 257", () => {
    const counter = createColorCounter();
    counter.add(drawRaster(["...."], ink));
    expect(counter.palette(3)).toEqual([]);
    expect(counter.palette("auto")).toEqual([]);
    for (const count of [0, 257, 1.5]) expect(() => counter.palette(count)).toThrow(`Cannot reduce to ${count} colors`);
  });
});
