import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { flatten } from "./flatten.ts";

const ink = { r: "#ff0000", n: "#000044", k: "#000000", w: "#ffffff" };

describe("flatten", () => {
  it("fills transparent pixels with the colour", () => {
    expect(showRaster(flatten(drawRaster(["r.", ".n"], ink), "#fff"), ink)).toEqual(["rw", "wn"]);
  });

  it('takes the darkest colour of the picture for "auto"', () => {
    expect(showRaster(flatten(drawRaster(["rn.", "rr."], ink), "auto"), ink)).toEqual(["rnn", "rrn"]);
  });

  it("makes an empty picture black", () => {
    expect(showRaster(flatten(createRaster(1, 1), "auto"), ink)).toEqual(["k"]);
  });

  it("blends partly transparent pixels over it", () => {
    const half = createRaster(1, 1, Uint8ClampedArray.of(255, 0, 0, 51));
    expect([...flatten(half, "#00ff00").data]).toEqual([51, 204, 0, 255]);
  });

  it("refuses what is no colour", () => {
    expect(() => flatten(createRaster(1, 1), "black")).toThrow('Cannot read the color "black": write it as #rrggbb');
  });
});
