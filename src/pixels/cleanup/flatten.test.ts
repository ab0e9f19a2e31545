import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { flatten } from "./flatten.ts";

const ink = { r: "#ff0000", n: "#000044", k: "#000000", w: "#ffffff" };

describe("flatten", () => {
  it("fills transparent pixels with the colour", () => {
    expect(showRaster(flatten(drawRaster(["r.", ".n"], ink), "#fff"), ink)).toEqual(["rw", "wn"]);
  });

  it('takes for "auto" the darkest colour of the picture from which its outline stands out', () => {
    // Black would swallow the outline; red and white do not, and red is darker.
    const outlined = ["kkk.", "krk.", "kwk.", "kkk."];
    expect(showRaster(flatten(drawRaster(outlined, ink), "auto"), ink)).toEqual(["kkkr", "krkr", "kwkr", "kkkr"]);
    expect(showRaster(flatten(drawRaster(["nw.", "nw."], ink), "auto"), ink)).toEqual(["nwn", "nwn"]);
  });

  it('takes white or black for "auto" where no colour of the picture will do', () => {
    expect(showRaster(flatten(drawRaster(["kk."], ink), "auto"), ink)).toEqual(["kkw"]);
    expect(showRaster(flatten(drawRaster(["ww."], ink), "auto"), ink)).toEqual(["wwk"]);
  });

  it('changes nothing for "auto" in a picture without transparent pixels', () => {
    expect(showRaster(flatten(drawRaster(["rn"], ink), "auto"), ink)).toEqual(["rn"]);
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
