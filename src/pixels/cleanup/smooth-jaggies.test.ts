import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { smoothJaggies } from "./smooth-jaggies.ts";

const colors = { k: "#000000", w: "#ffffff", g: "#00c000" };
const cleaned = (rows: readonly string[]) => showRaster(smoothJaggies(drawRaster(rows, colors)), colors);

const turned = (rows: readonly string[]) =>
  [...rows[0]].map((_, x) =>
    rows
      .map((row) => row[x])
      .reverse()
      .join(""),
  );
const mirrored = (rows: readonly string[]) => rows.map((row) => [...row].reverse().join(""));

const cases: readonly [string, string[], string[]][] = [
  ["a bump goes", [".......", "...g...", ".ggggg.", ".ggggg."], [".......", ".......", ".ggggg.", ".ggggg."]],
  ["a notch is filled", [".......", ".gg.gg.", ".ggggg.", ".ggggg."], [".......", ".ggggg.", ".ggggg.", ".ggggg."]],
  [
    "a kink of a line moves back",
    [".......", ".......", "kkk.kkk", "gggkggg", "ggggggg"],
    [".......", ".......", "kkkkkkk", "ggggggg", "ggggggg"],
  ],
  [
    "an uneven step gets a pixel from its neighbour",
    [".........", ".........", ".....kkkk", "....kgggg", "kkkkggggg", "ggggggggg"],
    [".........", ".........", ".....kkkk", "...kkgggg", "kkkgggggg", "ggggggggg"],
  ],
];

describe("a single pixel that breaks an edge", () => {
  test.each(cases)("%s", (_name, rows, expected) => {
    expect(cleaned(rows)).toEqual(expected);
  });

  test.each(cases)("%s, whichever way it is seen", (_name, rows, expected) => {
    let [before, after]: [readonly string[], readonly string[]] = [rows, expected];
    for (let turn = 0; turn < 4; turn++) {
      expect(cleaned(before)).toEqual(after);
      expect(cleaned(mirrored(before))).toEqual(mirrored(after));
      [before, after] = [turned(before), turned(after)];
    }
  });
});

describe("left alone", () => {
  test.each<[string, string[]]>([
    ["dithering", [".......", ".g.g.g.", "ggggggg", "ggggggg"]],
    ["battlements", [".........", "gg.gg.gg.", "ggggggggg", "ggggggggg"]],
    ["a post of two pixels", ["...g...", "...g...", ".ggggg.", ".ggggg."]],
    ["a stair of even steps", [".......gg", ".....gggg", "...gggggg", ".gggggggg"]],
    ["a bump at the end of an edge", [".....", "...g.", ".ggg.", ".ggg."]],
    ["an area at the picture's end", ["ggggg", "ggggg"]],
    ["an empty picture", ["...", "..."]],
  ])("%s", (_name, rows) => {
    expect(cleaned(rows)).toEqual(rows);
  });
});

it("adds no color to any picture", () => {
  const row = fc.array(fc.constantFrom("k", "g", "."), { minLength: 8, maxLength: 8 }).map((row) => row.join(""));
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
      const used = new Set(rows.join(""));
      for (const character of cleaned(rows).join("")) expect(used).toContain(character);
    }),
    { numRuns: 50 },
  );
});
