import { describe, expect, it, test } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { removeDoubles } from "./remove-doubles.ts";

/** m is too near to k to stand out from it. */
const colors = { k: "#000000", m: "#040404", w: "#ffffff", g: "#00c000", b: "#3050ff" };
const cleaned = (rows: readonly string[]) => showRaster(removeDoubles(drawRaster(rows, colors)), colors);

/** Beside it a line of clean steps of the same colour, so that doubles are the exception. */
const beside = (rows: readonly string[]) =>
  rows.map((row, y) => `${row}  ${".".repeat(y)}k${".".repeat(rows.length - y)}`);
const own = (rows: readonly string[], width: number) => rows.map((row) => row.slice(0, width));

describe("a doubled corner in a stair", () => {
  test.each<[string, string[], string[]]>([
    [
      "on transparency goes",
      ["....k", "..kkk", ".kk..", "kk...", "k...."],
      ["....k", "...kk", "..k..", "kk...", "k...."],
    ],
    [
      "between two colours takes that of its side, the first that it finds",
      ["ggggk", "gggkb", "ggkkb", "gkbbb", "kbbbb"],
      ["ggggk", "gggkb", "ggkbb", "gkbbb", "kbbbb"],
    ],
  ])("%s", (_name, rows, expected) => {
    expect(own(cleaned(beside(rows)), 5)).toEqual(expected);
  });

  it("is thinned from within where the silhouette can stay", () => {
    const rows = [".....kk", "....kkg", "...kkgg", "...kggg", "..kgggg", ".kggggg", "kgggggg"];
    expect(own(cleaned(beside(rows)), 7)).toEqual([
      ".....kk",
      "....kgg",
      "...kggg",
      "...kggg",
      "..kgggg",
      ".kggggg",
      "kgggggg",
    ]);
  });
});

describe("left alone", () => {
  test.each<[string, string[]]>([
    ["a box", ["kkkkk", "k...k", "k...k", "k...k", "kkkkk"]],
    ["a letter", ["k....", "k....", "k....", "k....", "kkkkk"]],
    ["an area", ["...kk", "..kkk", ".kkkk", "kkkkk", "kkkkk"]],
    ["a line that hardly stands out", ["mmmmk", "mmmkk", "mmkkm", "mkkmm", "kkmmm"]],
  ])("%s", (_name, rows) => {
    expect(own(cleaned(beside(rows)), 5)).toEqual(rows);
  });

  it("a picture whose steps are doubled throughout, which is its style", () => {
    const rows = ["....kk", "...kk.", "..kk..", ".kk...", "kk....", "k....."];
    expect(cleaned(rows)).toEqual(rows);
  });

  it("an empty picture", () => {
    expect(cleaned(["...", "..."])).toEqual(["...", "..."]);
  });
});
