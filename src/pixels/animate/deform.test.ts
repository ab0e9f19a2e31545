import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { move, replaceColumns, replaceRows, resize, shiftColumns, shiftRows, turn } from "./deform.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const picture = drawRaster([".rg.", ".bb.", ".gr."], ink);
const shown = (raster: ReturnType<typeof createRaster>) => showRaster(raster, ink);

describe("shiftRows", () => {
  it("shifts each row by its own whole pixels, and cuts off what leaves the picture", () => {
    expect(shown(shiftRows(picture, (y) => y - 1))).toEqual(["rg..", ".bb.", "..gr"]);
    expect(shown(shiftRows(picture, () => 2))).toEqual(["...r", "...b", "...g"]);
  });

  it("moves only a region, over what lies outside", () => {
    expect(shown(shiftRows(picture, () => 1, { left: 0, right: 2, top: 1, bottom: 3 }))).toEqual([
      ".rg.",
      "..b.",
      "..g.",
    ]);
  });
});

describe("shiftColumns", () => {
  it("shifts each column by its own whole pixels", () => {
    expect(shown(shiftColumns(picture, (x) => (x === 1 ? -1 : 1)))).toEqual([".b..", ".gg.", "..b."]);
  });
});

describe("replaceRows and replaceColumns", () => {
  it("leave rows out, repeat them, or leave them empty", () => {
    expect(shown(replaceRows(picture, (y) => [undefined, 0, 2][y]))).toEqual(["....", ".rg.", ".gr."]);
    expect(shown(replaceColumns(picture, (x) => [2, 2, undefined, 9][x]))).toEqual(["gg..", "bb..", "rr.."]);
  });
});

describe("move", () => {
  it("moves the whole picture", () => {
    expect(shown(move(picture, -1, 1))).toEqual(["....", "rg..", "bb.."]);
    expect(move(picture, 0, 0)).toBe(picture);
  });
});

describe("resize", () => {
  const box = { x: 1, y: 0, width: 2, height: 3 };
  it("stands on its lower edge and keeps the outermost rows", () => {
    expect(shown(resize(picture, box, 2, 2))).toEqual(["....", ".rg.", ".gr."]);
    expect(shown(resize(picture, box, 2, 1))).toEqual(["....", "....", ".bb."]);
  });

  it("repeats columns to both sides", () => {
    expect(shown(resize(picture, box, 4, 3))).toEqual(["rrgg", "bbbb", "ggrr"]);
  });
});

describe("turn", () => {
  it("turns by a quarter, exactly", () => {
    const corner = drawRaster([".....", ".rg..", ".b...", ".....", "....."], ink);
    expect(shown(turn(corner, 90, 2, 2))).toEqual([".....", "..br.", "...g.", ".....", "....."]);
    expect(shown(turn(corner, -90, 2, 2))).toEqual([".....", ".....", ".g...", ".rb..", "....."]);
  });

  it("loses and doubles no pixel at any angle", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), (degrees) => {
        const raster = createRaster(41, 41);
        for (let index = 0; index < 49; index++) {
          const at = ((17 + Math.floor(index / 7)) * 41 + 17 + (index % 7)) * 4;
          raster.data.set([index, 0, 0, 255], at);
        }
        const { data } = turn(raster, degrees, 20, 20);
        const values: number[] = [];
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0) values.push(data[at]);
        expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 49 }, (_, index) => index));
      }),
    );
  });
});
