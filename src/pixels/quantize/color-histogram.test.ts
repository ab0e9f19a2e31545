import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { oklabOfRgb } from "../oklab.ts";
import { colorHistogram } from "./color-histogram.ts";

const ink = { r: "#ff0000", s: "#ff0003", b: "#0000ff" };

describe("colorHistogram", () => {
  it("counts the visible pixels of each colour, in the order of the colours", () => {
    const histogram = colorHistogram(drawRaster(["rrb", "b.r"], ink));
    expect([...histogram.colors]).toEqual([0x0000ff, 0xff0000]);
    expect([...histogram.counts]).toEqual([2, 3]);
    expect([...histogram.oklab]).toEqual([...oklabOfRgb(0x0000ff), ...oklabOfRgb(0xff0000)]);
  });

  it("counts like colours as the commonest of them, the lowest of equals", () => {
    const common = colorHistogram(drawRaster(["rssb"], ink), 2);
    expect([...common.colors]).toEqual([0x0000ff, 0xff0003]);
    expect([...common.counts]).toEqual([1, 3]);
    expect([...colorHistogram(drawRaster(["srb"], ink), 2).colors]).toEqual([0x0000ff, 0xff0000]);
    expect([...colorHistogram(drawRaster(["rsb"], ink), 2).colors]).toEqual([0x0000ff, 0xff0000]);
  });

  it("never leaves fewer than enough", () => {
    const near = { a: "#000000", b: "#000001", c: "#000100" };
    expect(colorHistogram(drawRaster(["abc"], near), 2).colors).toHaveLength(3);
  });
});
