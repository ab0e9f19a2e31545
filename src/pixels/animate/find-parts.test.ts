import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { blob, figureInk, flier, spearman, swordsman } from "./drawn-figures.ts";
import { findParts } from "./find-parts.ts";

/** The rows of a mask, # where it is set. */
function shown(mask: Uint8Array, width: number): string[] {
  return Array.from({ length: mask.length / width }, (_, y) =>
    Array.from({ length: width }, (_, x) => (mask[y * width + x] ? "#" : ".")).join(""),
  );
}

describe("findParts", () => {
  it("finds neck, hip and the two legs of a figure", () => {
    const { box, neck, hip, legs } = findParts(swordsman);
    expect(box).toEqual({ x: 2, y: 0, width: 13, height: 18 });
    expect(neck).toBe(4);
    expect(hip).toBe(14);
    expect(legs).toEqual({ left: 3, middle: 7, right: 12 });
  });

  it("finds a held item by the line that sets it off, and leaves the shared line to the body", () => {
    const { item } = findParts(swordsman);
    expect(item).toMatchObject({ side: 1, x: 13 });
    expect(shown(item?.mask ?? new Uint8Array(), 16).map((row) => row.slice(11))).toEqual([
      "..#..",
      ".###.",
      ".###.",
      ".###.",
      ".###.",
      ".###.",
      ".###.",
      ".###.",
      ".###.",
      ".###.",
      ".###.",
      ".###.",
      ...Array.from({ length: 6 }, () => "....."),
    ]);
    expect(item && item.y >= 7 && item.y <= 11).toBe(true);
  });

  it("finds a spear that only the hand joins to the body", () => {
    const { item } = findParts(spearman);
    expect(item).toMatchObject({ side: -1, x: 1, y: 7 });
    expect(shown(item?.mask ?? new Uint8Array(), 14).map((row) => row.slice(0, 4))).toEqual(
      Array.from({ length: 14 }, () => "##.."),
    );
  });

  it("takes the end of a held item along, however much wider than its shaft it is", () => {
    const rows = [
      "wwww..........",
      "w..w..........",
      ...Array.from({ length: 4 }, () => "..ww...ssss..."),
      "..wwbbbbbbbbbb",
      ...Array.from({ length: 8 }, () => "..ww..bbbbbb.."),
    ];
    const { item, box } = findParts(drawRaster(rows, figureInk));
    expect(box).toEqual({ x: 0, y: 0, width: 14, height: 15 });
    expect(shown(item?.mask ?? new Uint8Array(), 14).map((row) => row.slice(0, 6))).toEqual([
      "####..",
      "#..#..",
      ...Array.from({ length: 13 }, () => "..##.."),
    ]);
    expect(item?.cut).toEqual(item?.mask);
  });

  it("finds no legs and no item where there are none", () => {
    const { legs, item, shadow, box } = findParts(blob);
    expect({ legs, item, shadow }).toEqual({ legs: undefined, item: undefined, shadow: undefined });
    expect(box).toEqual({ x: 0, y: 0, width: 12, height: 8 });
  });

  it("finds no item in a block, whatever lines run through it", () => {
    const rows = Array.from({ length: 14 }, () => "kwwkbbbbbbbbbk");
    expect(findParts(drawRaster(rows, figureInk)).item).toBeUndefined();
    const standing = rows.map((row, y) => (y < 4 ? `${row.slice(0, 4)}..........` : row));
    expect(findParts(drawRaster(standing, figureInk)).item).toBeDefined();
  });

  it("tells a shadow from the sprite", () => {
    const { shadow, box } = findParts(flier);
    expect(box).toEqual({ x: 0, y: 0, width: 14, height: 6 });
    expect(shown(shadow ?? new Uint8Array(), 14).slice(7)).toEqual([
      "..............",
      "....######....",
      ".....####.....",
    ]);
  });

  it("takes one pixel, and refuses none", () => {
    const dot = createRaster(3, 3);
    dot.data.set([1, 2, 3, 255], 4 * 4);
    expect(findParts(dot)).toMatchObject({ box: { x: 1, y: 1, width: 1, height: 1 }, axis: 1, legs: undefined });
    expect(() => findParts(createRaster(3, 3))).toThrow("Cannot animate the picture: all of it is transparent");
  });
});
