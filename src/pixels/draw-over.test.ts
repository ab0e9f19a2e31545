import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "./draw-raster.ts";
import { drawOver } from "./draw-over.ts";
import { createRaster } from "./raster.ts";

const ink = { r: "#ff0000", g: "#00ff00" };

describe("drawOver", () => {
  it("keeps what is below transparent pixels, and leaves out what reaches beyond", () => {
    const target = drawRaster(["ggg", "ggg"], ink);
    drawOver(target, drawRaster(["rr", ".r"], ink), 2, 0);
    drawOver(target, drawRaster(["r.", "rr"], ink), -1, -1);
    expect(showRaster(target, ink)).toEqual(["rgr", "ggg"]);
  });

  it("mixes partial alpha by Porter and Duff", () => {
    const target = createRaster(3, 1, Uint8ClampedArray.of(0, 0, 255, 255, 0, 0, 255, 102, 0, 0, 0, 0));
    drawOver(target, createRaster(3, 1, Uint8ClampedArray.from([1, 2, 3].flatMap(() => [255, 0, 0, 51]))), 0, 0);
    // alpha: 0.2 over 0.4 is 0.2 + 0.4 * 0.8 = 0.52, of which red is 0.2 / 0.52.
    expect([...target.data]).toEqual([51, 0, 204, 255, 98, 0, 157, 133, 255, 0, 0, 51]);
  });

  it("weakens the picture by its opacity", () => {
    const target = createRaster(1, 1, Uint8ClampedArray.of(0, 0, 255, 255));
    drawOver(target, createRaster(1, 1, Uint8ClampedArray.of(255, 0, 0, 255)), 0, 0, 51);
    expect([...target.data]).toEqual([51, 0, 204, 255]);
  });
});
