import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePng } from "../codec/encode-png.ts";
import { drawRaster } from "../draw-raster.ts";
import { PixelsError } from "../pixels-error.ts";
import { createRaster } from "../raster.ts";
import { paletteFromRaster } from "./palette-from-raster.ts";
import { parsePalette } from "./parse-palette.ts";

const colors = ["#1a1c2c", "#ff0000", "#0a0b0c"];
const gpl =
  "GIMP Palette\nName: Night Sky\nColumns: 4\n# made by hand\n 26  28  44\tinky blue\n255 0 0\n\n10\t11\t12\tnearly black\n";
const jasc = "JASC-PAL\r\n0100\r\n3\r\n26 28 44\r\n255 0 0\r\n10 11 12\r\n";

function latin1(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function riff(
  entries: readonly number[],
  { form = "PAL ", count = entries.length / 4, before = [] as number[] } = {},
): Uint8Array {
  const data = [...latin1("data"), entries.length + 4, 0, 0, 0, 0, 3, count & 255, count >> 8, ...entries];
  return Uint8Array.from([...latin1("RIFF"), 0, 0, 0, 0, ...latin1(form), ...before, ...data]);
}

const riffEntries = [26, 28, 44, 0, 255, 0, 0, 0, 10, 11, 12, 0];

describe("parsePalette", () => {
  it("reads Lospec .hex in any spelling, with comments and blank lines", () => {
    expect(parsePalette("1a1c2c\nFF0000\n0a0b0c\n", "art/Night.hex")).toEqual({ name: "Night", colors });
    expect(parsePalette("\uFEFF; night\r\n#1A1C2C\r\n\r\n  #f00  \r\n0A0B0C", "night")).toEqual({
      name: "night",
      colors,
    });
  });

  it("reads GIMP .gpl and takes its name from inside", () => {
    expect(parsePalette(gpl, "x.gpl")).toEqual({ name: "Night Sky", colors });
    expect(parsePalette(gpl.replace("Name: Night Sky\n", ""), "x.gpl").name).toBe("x");
    expect(parsePalette(gpl.replace("Night Sky", " "), "x.gpl").name).toBe("x");
  });

  it("reads JASC .pal", () =>
    expect(parsePalette(jasc, "c:\\art\\night.v2.pal")).toEqual({ name: "night.v2", colors }));

  it("reads RIFF .pal, past chunks that it does not know", () => {
    expect(parsePalette(riff(riffEntries), "night.pal")).toEqual({ name: "night", colors });
    const offset = [...latin1("offl"), 3, 0, 0, 0, 1, 2, 3, 0];
    expect(parsePalette(riff(riffEntries, { before: offset }), "night.pal").colors).toEqual(colors);
  });

  it("reads a PNG swatch", () => {
    const png = encodePng(drawRaster(["aab", "aab", "c.."], { a: colors[0], b: colors[1], c: colors[2] }));
    expect(parsePalette(png, "night.png")).toEqual({ name: "night", colors });
  });

  it.each([
    ["hex", "1a1c2c\nff0000\n0a0b0c"],
    ["gpl", gpl],
    ["jasc", jasc],
  ])("reads %s from bytes as from text, whatever the file is called", (_, text) => {
    expect(parsePalette(new TextEncoder().encode(text), "night.txt").colors).toEqual(colors);
  });

  it("drops repeated colours", () => {
    expect(parsePalette("fff\n000\nFFFFFF\n#000000", "x.hex").colors).toEqual(["#ffffff", "#000000"]);
  });

  it("keeps a leading dot in a name", () => expect(parsePalette("fff", ".hex").name).toBe(".hex"));

  describe("refuses, with the line and what is there,", () => {
    it.each([
      ["a .hex with a word", "ff0000\nblue\n", 2, '"blue"; each line must hold a color as rrggbb'],
      ["a .hex with alpha", "ff0000ff", 1, '"ff0000ff"; each line must hold a color as rrggbb'],
      ["a long line, shortened", "z".repeat(90), 1, `"${"z".repeat(40)}..."; each line must hold a color as rrggbb`],
      ["a .gpl with two numbers", `${gpl}1 2\n`, 9, '"1 2"; it must hold red, green and blue as numbers from 0 to 255'],
      [
        "a .gpl above 255",
        "GIMP Palette\n0 256 0",
        2,
        '"0 256 0"; it must hold red, green and blue as numbers from 0 to 255',
      ],
      ["a JASC .pal of another version", "JASC-PAL\n0200\n1\n0 0 0", 2, '"0200"; a JASC palette says 0100 there'],
      ["a JASC .pal cut off at once", "JASC-PAL", 2, '""; a JASC palette says 0100 there'],
      [
        "a JASC .pal without count",
        "JASC-PAL\n0100\nmany",
        3,
        '"many"; a JASC palette says there how many colors it has',
      ],
      ["a JASC .pal cut off", "JASC-PAL\n0100\n3\n0 0 0", 3, '"3"; only 1 of them follow'],
      [
        "a JASC .pal with a word",
        "JASC-PAL\n0100\n1\nred",
        4,
        '"red"; it must hold red, green and blue as numbers from 0 to 255',
      ],
    ])("%s", (_, text, line, rest) => {
      expect(() => parsePalette(text, "x.pal")).toThrow(
        new PixelsError(`Cannot read the palette x.pal: line ${line} is ${rest}`, {
          code: "invalid-palette",
          file: "x.pal",
          line,
        }),
      );
    });
  });

  it("refuses RIFF files that hold no whole palette", () => {
    const remedy = "; save it again as .hex, .gpl or .pal";
    expect(() => parsePalette(riff(riffEntries, { form: "WAVE" }), "x.pal")).toThrow(
      `Cannot read the palette x.pal: it is a RIFF file of the kind "WAVE", not "PAL "${remedy}`,
    );
    expect(() => parsePalette(riff(riffEntries, { count: 4 }), "x.pal")).toThrow(
      `Cannot read the palette x.pal: it ends before the last of its 4 colors${remedy}`,
    );
    expect(() => parsePalette(riff([]).subarray(0, 12), "x.pal")).toThrow('it has no colors (no chunk "data")');
  });

  it("refuses no colours and more than 256", () => {
    const grey = Array.from({ length: 257 }, (_, index) => index.toString(16).padStart(6, "0"));
    expect(parsePalette(grey.slice(0, 256).join("\n"), "x.hex").colors).toHaveLength(256);
    expect(() => parsePalette(grey.join("\n"), "x.hex")).toThrow(
      "Cannot use the palette x.hex: it has 257 colors; give one with 1 to 256",
    );
    for (const empty of ["", "\n\n", "; nothing", "GIMP Palette\n", "JASC-PAL\n0100\n0\n"]) {
      expect(() => parsePalette(empty, "x.hex")).toThrow("it has 0 colors; give one with 1 to 256");
    }
  });

  it("refuses a damaged PNG", () => {
    expect(() => parsePalette(Uint8Array.of(0x89, 0x50, 0x4e, 0x47), "x.png")).toThrow(
      "Cannot read PNG: it ends after 4 bytes",
    );
  });

  it("never fails in another way", () => {
    const start = fc.constantFrom(
      [],
      latin1("RIFF"),
      latin1("RIFF\0\0\0\0PAL data"),
      latin1("GIMP Palette\n"),
      latin1("JASC-PAL\n0100\n"),
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 60 }), (head, tail) => {
        try {
          parsePalette(Uint8Array.from([...head, ...tail]), "x");
        } catch (error) {
          if (!(error instanceof PixelsError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("paletteFromRaster", () => {
  it("takes colours as they are met row by row, transparency left out", () => {
    const ink = { a: "#ffffff", b: "#000000", c: "#ff0000" };
    expect(paletteFromRaster(drawRaster([".aabb", ".aabb", ".cc.."], ink), "a/b/swatch.png")).toEqual({
      name: "swatch",
      colors: ["#ffffff", "#000000", "#ff0000"],
    });
  });

  it("refuses a photograph and an empty picture", () => {
    const many = createRaster(257, 1);
    for (let index = 0; index < 257; index++) many.data.set([index & 255, index >> 8, 0, 255], index * 4);
    expect(() => paletteFromRaster(many, "photo.png")).toThrow(
      "Cannot use photo.png as a palette: it has more than 256 colors; give a picture of swatches",
    );
    expect(() => paletteFromRaster(createRaster(2, 2), "empty.png")).toThrow(
      "Cannot use empty.png as a palette: it has 0 visible pixels; give a picture of swatches",
    );
  });
});
