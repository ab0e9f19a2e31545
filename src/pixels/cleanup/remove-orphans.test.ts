import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster, type Raster } from "../raster.ts";
import { removeOrphans } from "./remove-orphans.ts";

const ink = { r: "#c03030", s: "#b82c2c", g: "#208020", k: "#000000", w: "#ffffff", m: "#ff00ff", b: "#3030c0" };

function cleaned(rows: readonly string[]): string[] {
  return showRaster(removeOrphans(drawRaster(rows, ink)), ink);
}

describe("removeOrphans", () => {
  describe("specks", () => {
    it("removes one or two dark pixels detached from the body", () => {
      const rows = ["k.rrr...", "..rrr...", "..rrr...", "..rrrr.k", "..rrrr..", "..rrrr.."];
      expect(cleaned(rows)).toEqual(["..rrr...", "..rrr...", "..rrr...", "..rrrr..", "..rrrr..", "..rrrr.."]);
    });

    it.each([
      ["a pixel that touches by a corner", ["k....", ".rrrr", ".rrrr", ".rrrr"]],
      ["a bright one, a spark", ["w.rrr", "..rrr", "..rrr", "..rrr"]],
      ["two pixels together", ["kk.rrrrrr", "...rrrrrr", "...rrrrrr", "...rrrrrr"]],
      ["three and more, dust", ["k.rrrrrr.k", "..rrrrrr..", "k.rrrrrr..", "..rrrrrr..", "..rrrrrr.."]],
      ["one beside a body that is not nearly all", ["k.rr", "....", "..rr"]],
      ["a lone pixel with nothing else", ["...", ".k.", "..."]],
    ])("keeps %s", (_, rows) => expect(cleaned(rows)).toEqual(rows));
  });

  describe("pinholes", () => {
    it("fills a hole inside one colour with its commonest shade", () => {
      expect(cleaned(["rrrr", "rs.r", "rrrr", "rrrr"])).toEqual(["rrrr", "rsrr", "rrrr", "rrrr"]);
    });

    it.each([
      ["a hole between two colours", ["rrrr", "r.gg", "rggg", "gggg"]],
      ["a hole of two pixels", ["rrrr", "r..r", "rrrr"]],
      ["a notch in the edge", ["rr.r", "rrrr", "rrrr"]],
      ["three and more, mesh", ["rrrrrrr", "r.r.r.r", "rrrrrrr"]],
    ])("keeps %s", (_, rows) => expect(cleaned(rows)).toEqual(rows));
  });

  describe("strays", () => {
    it("recolours a pixel of a colour found nowhere else amid another colour", () => {
      expect(cleaned(["rrrrr", "rrsrr", "rrmrr", "rrrrr"])).toEqual(["rrrrr", "rrsrr", "rrrrr", "rrrrr"]);
    });

    it.each([
      ["a pair of eyes", ["rrrrrrr", "rrkrkrr", "rrrrrrr"]],
      ["an eye in the colour of the outline", ["kkkkkk", "krrrrk", "krrkrk", "krrrrk", "kkkkkk"]],
      ["a related shade", ["rrr", "rsr", "rrr"]],
      ["a pixel between two colours", ["rrrr", "rrmg", "rggg", "gggg"]],
      ["a pixel beside transparency", ["rrr", "rmr", "rr."]],
      ["a pixel that joins another of its colour", ["rrrr", "rmrr", "rrmr", "rrrr"]],
      ["a pixel at the edge", ["rmr", "rrr", "rrr"]],
    ])("keeps %s", (_, rows) => expect(cleaned(rows)).toEqual(rows));

    it("keeps a pixel of which the picture has a like shade elsewhere", () => {
      const raster = drawRaster(["rrrrrg", "rrmrrg", "rrrrrg"], { ...ink, g: "#f000f0" });
      expect(removeOrphans(raster)).toEqual(raster);
    });

    it("takes many for a texture", () => {
      const dotted = createRaster(60, 60);
      for (let y = 0; y < 60; y++) {
        for (let x = 0; x < 60; x++) {
          const dot = x % 3 === 1 && y % 3 === 1;
          dotted.data.set(dot ? [x * 4, y * 4, 255, 255] : [0, 0, 0, 255], (y * 60 + x) * 4);
        }
      }
      expect(removeOrphans(dotted)).toEqual(dotted);
    });
  });

  it.each([
    ["one pixel", drawRaster(["r"], ink)],
    ["nothing", createRaster(5, 5)],
  ])("leaves a picture of %s alone", (_, raster: Raster) => expect(removeOrphans(raster)).toEqual(raster));
});
