import { describe, expect, it } from "vitest";
import { PixelsError } from "../pixels-error.ts";
import { builtInPalettes } from "./built-in-palettes.ts";
import { findPalette, paletteNames } from "./find-palette.ts";

describe("builtInPalettes", () => {
  it("have the numbers of colours that they are known for", () => {
    expect(Object.fromEntries(builtInPalettes.map(({ name, colors }) => [name, colors.length]))).toEqual({
      "1-bit": 2,
      "grayscale-4": 4,
      "grayscale-16": 16,
      "3-bit": 8,
      gameboy: 4,
      "kirokaze-gameboy": 4,
      "ice-cream-gb": 4,
      slso8: 8,
      nyx8: 8,
      "pico-8": 16,
      "sweetie-16": 16,
      "dawnbringer-16": 16,
      "arne-16": 16,
      "endesga-16": 16,
      "bubblegum-16": 16,
      "dawnbringer-32": 32,
      "endesga-32": 32,
      "zughy-32": 32,
      apollo: 46,
      "aap-64": 64,
      "endesga-64": 64,
      famicube: 64,
      "resurrect-64": 64,
      "amstrad-cpc": 27,
      "apple-ii": 15,
      c64: 16,
      cga: 16,
      "cga-0": 4,
      "cga-0-high": 4,
      "cga-1": 4,
      "cga-1-high": 4,
      "master-system": 64,
      msx: 15,
      nes: 55,
      "zx-spectrum": 15,
    });
  });

  it.each(builtInPalettes)("$name has different colours in the one spelling", ({ colors }) => {
    expect(new Set(colors).size).toBe(colors.length);
    expect(colors.every((color) => /^#[0-9a-f]{6}$/.test(color))).toBe(true);
  });

  it("have names and aliases that no two share", () => {
    const names = builtInPalettes.flatMap(({ name, aliases }) => [name, ...aliases]);
    const keys = names.map((name) => name.replaceAll("-", ""));
    expect(new Set(keys).size).toBe(keys.length);
    for (const name of names) expect(findPalette(name).colors.length).toBeGreaterThan(1);
  });

  it("hold the regular ones exactly", () => {
    const levels = (values: readonly string[]) =>
      values.flatMap((red) => values.flatMap((green) => values.map((blue) => `#${red}${green}${blue}`))).toSorted();
    expect(findPalette("amstrad-cpc").colors.toSorted()).toEqual(levels(["00", "80", "ff"]));
    expect(findPalette("master-system").colors.toSorted()).toEqual(levels(["00", "55", "aa", "ff"]));
    expect(findPalette("3-bit").colors.toSorted()).toEqual(levels(["00", "ff"]));
  });
});

describe("findPalette", () => {
  it.each([
    ["pico-8", "pico-8"],
    ["PICO 8", "pico-8"],
    ["pico8", "pico-8"],
    ["DB32", "dawnbringer-32"],
    ["Game Boy", "gameboy"],
    ["Commodore 64", "c64"],
  ])("finds %j", (name, expected) => expect(findPalette(name).name).toBe(expected));

  it("gives a name and colours and nothing else", () => {
    expect(findPalette("1-bit")).toEqual({ name: "1-bit", colors: ["#000000", "#ffffff"] });
  });

  it.each([
    ["pico", ["pico-8"]],
    ["sweetie", ["sweetie-16"]],
    ["dawnbringer", ["dawnbringer-16", "dawnbringer-32"]],
    ["gamebuoy", ["gameboy"]],
    ["resurect64", ["resurrect-64"]],
  ])("suggests palettes near %j", (name, suggestions) => {
    expect(() => findPalette(name)).toThrow(
      new PixelsError(
        `Cannot find the palette "${name}": did you mean ${suggestions.join(", ")}? Or give a .hex, .gpl, .pal or PNG file`,
        { code: "unknown-palette", name, suggestions },
      ),
    );
  });

  it.each(["", "雪", "watercolour"])("lists all of them when none is near %j", (name) => {
    expect(() => findPalette(name)).toThrow(
      `Cannot find the palette ${JSON.stringify(name)}: there are ${paletteNames().join(", ")}. Or give a .hex,`,
    );
  });
});
