import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { type RemoveBackgroundOptions, removeBackground } from "./remove-background.ts";

/** v and u are shades of w too near to tell apart. */
const colors = { w: "#ffffff", v: "#fafafa", u: "#f4f4f4", r: "#ff0000", k: "#000000", b: "#0000ff" };

const removed = (rows: string[], options?: RemoveBackgroundOptions) =>
  showRaster(removeBackground(drawRaster(rows, colors), options), colors);

describe("from the border inwards", () => {
  test.each<[string, string[], string[]]>([
    ["a plain ground", ["wwwww", "wrrrw", "wwwww"], [".....", ".rrr.", "....."]],
    ["near shades of it", ["wvwvu", "vrrrw", "uwvww"], [".....", ".rrr.", "....."]],
    ["a checked ground", ["wbwbwb", "bwrrbw", "wbwbwb"], ["......", "..rr..", "......"]],
    [
      "what the subject encloses stays, also behind a corner",
      ["wwwwwww", "wwrrrww", "wrwwwrw", "wwrrrww", "wwwwwww"],
      [".......", "..rrr..", ".rwwwr.", "..rrr..", "......."],
    ],
    [
      "a subject that reaches the border",
      ["wwwwwwrwwwwww", "wwwwwwrwwwwww", "wwwwwwrwwwwww"],
      ["......r......", "......r......", "......r......"],
    ],
    ["a ground that was removed before", [".....", ".wrw.", "....."], [".....", ".wrw.", "....."]],
    [
      "an outline at the end of a ground that was removed before",
      ["..kk..", ".krrk.", "kkkkkk", "......"],
      ["..kk..", ".krrk.", "kkkkkk", "......"],
    ],
    ["a ground removed in part", ["..www", ".wrww", "wwwww"], [".....", "..r..", "....."]],
  ])("%s", (_name, rows, expected) => {
    expect(removed(rows)).toEqual(expected);
  });

  it("finds a gradient by its own colours", () => {
    const raster = createRaster(8, 32);
    for (let pixel = 0; pixel < 256; pixel++) {
      const shade = 100 + 4 * (pixel >> 3);
      const isSubject = pixel % 8 > 2 && pixel % 8 < 5 && pixel > 64 && pixel < 192;
      raster.data.set(isSubject ? [202, 0, 0, 255] : [shade, shade, 255, 255], pixel * 4);
    }
    const { data } = removeBackground(raster);
    for (let pixel = 0; pixel < 256; pixel++)
      expect(data[pixel * 4 + 3]).toBe(raster.data[pixel * 4] === 202 ? 255 : 0);
  });
});

describe("with", () => {
  const ring = ["wwwwwww", "wrrrrrw", "wrwwrwr", "wrwwrrr", "wrrrrrw", "wwwwwww"];

  test("holes: enclosed areas from so many pixels on", () => {
    expect(removed(ring, { holes: 2 })).toEqual([".......", ".rrrrr.", ".r..rwr", ".r..rrr", ".rrrrr.", "......."]);
    expect(removed(ring, { holes: 1 })[2]).toBe(".r..r.r");
    expect(removed(ring, { holes: 5 })[2]).toBe(".rwwrwr");
  });

  test("a color: that and no other", () => {
    const rows = ["wwbb", "wrrb", "wwbb"];
    expect(removed(rows, { color: "#00f" })).toEqual(["ww..", "wrr.", "ww.."]);
    expect(removed(rows, { color: "#00ff00" })).toEqual(rows);
  });

  test("a tolerance: near shades or not", () => {
    const rows = ["wwww", "wuuw", "wrrw", "wwww"];
    expect(removed(rows, { tolerance: 0 })).toEqual(["....", ".uu.", ".rr.", "...."]);
    expect(removed(rows)).toEqual(["....", "....", ".rr.", "...."]);
  });
});

describe("bad input", () => {
  test.each<[RemoveBackgroundOptions, string]>([
    [{ tolerance: -1 }, "Cannot use tolerance -1: give a number from 0 to 1"],
    [{ tolerance: Number.NaN }, "Cannot use tolerance NaN"],
    [{ holes: 0 }, "Cannot use holes 0: give a whole number of pixels from 1"],
    [{ color: "white" }, 'Cannot read the color "white"'],
  ])("%j", (options, sentence) => {
    expect(() => removed(["w"], options)).toThrow(sentence);
  });

  it("is a picture of which nothing would be left", () => {
    expect(() => removed(["ww", "wv"])).toThrow("nothing would be left");
    expect(() => removed(["r"])).toThrow("nothing would be left");
    expect(removed(["..", ".."])).toEqual(["..", ".."]);
  });
});

it("keeps every pixel that stays as it was, and finds no more the second time", () => {
  const pixel = fc.constantFrom("w", "v", "r", "k", ".");
  const side = fc.integer({ min: 3, max: 8 });
  const rows = fc.tuple(side, side).chain(([width, height]) =>
    fc.array(
      fc.array(pixel, { minLength: width, maxLength: width }).map((row) => row.join("")),
      {
        minLength: height,
        maxLength: height,
      },
    ),
  );
  fc.assert(
    fc.property(rows, (rows) => {
      const inFrame = [
        "w".repeat(rows[0].length + 2),
        ...rows.map((row) => `w${row}w`),
        "w".repeat(rows[0].length + 2),
      ];
      fc.pre(/[rk]/.test(rows.join("")));
      const once = removed(inFrame, { color: "#fff" });
      for (const [y, row] of once.entries())
        for (const [x, character] of [...row].entries()) expect([".", inFrame[y][x]]).toContain(character);
      expect(once.join("").match(/[rk]/g)).toEqual(inFrame.join("").match(/[rk]/g));
      expect(removed(once, { color: "#fff" })).toEqual(once);
    }),
    { numRuns: 60 },
  );
});
