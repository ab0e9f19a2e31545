import { describe, expect, it } from "vitest";
import { createRaster } from "#pixels";
import { familyOf, namedColors } from "./color-names.ts";

describe("familyOf", () => {
  it.each([
    ["red", 0xbe4b17, 0xe41f28],
    ["red", 0x800040, 0x781a32],
    ["orange", 0xf16f29, 0xe18d5b],
    ["yellow", 0xfde638, 0xaeaa78],
    ["green", 0x57c832, 0x95c9a6],
    ["cyan", 0x16c3be, 0x8ce0f2],
    ["blue", 0x2c267e, 0x5fb9ff],
    ["purple", 0x893afc, 0xbbb0cc],
    ["purple", 0x600060, 0x800080],
    ["pink", 0xea3483, 0xbe72bb],
    ["brown", 0x914e09, 0xebb596],
    ["white", 0xe7edea, 0xffffff],
    ["gray", 0x676d5e, 0xb3cccc],
    ["black", 0x000000, 0x2b1523],
    // The outline of many packs.
    ["black", 0x3f2631, 0x1a1a1a],
  ])("is %s for #%x and #%x", (family, first, second) => {
    expect([familyOf(first), familyOf(second)]).toEqual([family, family]);
  });
});

describe("namedColors", () => {
  const inks: Readonly<Record<string, readonly number[]>> = {
    ".": [0, 0, 0, 0],
    k: [0, 0, 0, 255],
    r: [228, 31, 40, 255],
    g: [87, 200, 50, 255],
    w: [255, 255, 255, 255],
  };
  const names = (pixels: string) =>
    namedColors(createRaster(pixels.length, 1, Uint8ClampedArray.from([...pixels].flatMap((ink) => inks[ink]))));

  it("names what takes a quarter beside the outline", () => {
    expect(names("kkkrrrg..")).toEqual(["red", "green"]);
    expect(names("rrrrg")).toEqual(["red"]);
  });

  it("names black only where it takes half", () => {
    expect(names("kkkkr")).toEqual(["red", "black"]);
    expect(names("kkrrr")).toEqual(["red"]);
  });

  it("names nothing in an empty picture", () => {
    expect(names("...")).toEqual([]);
  });
});
