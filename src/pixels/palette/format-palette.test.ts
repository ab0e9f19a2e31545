import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { formatHexColor } from "../hex-color.ts";
import { encodePng } from "../codec/encode-png.ts";
import { formatPalette } from "./format-palette.ts";
import { paletteFromRaster } from "./palette-from-raster.ts";
import { paletteSwatch } from "./palette-swatch.ts";
import { parsePalette } from "./parse-palette.ts";

const palette = { name: "dusk", colors: ["#0a0b0c", "#ff8000", "#ffffff"] };

test.each([
  ["hex", "0a0b0c\nff8000\nffffff\n"],
  [
    "gpl",
    "GIMP Palette\nName: dusk\nColumns: 16\n#\n 10\t 11\t 12\t0a0b0c\n255\t128\t  0\tff8000\n255\t255\t255\tffffff\n",
  ],
  ["pal", "JASC-PAL\r\n0100\r\n3\r\n10 11 12\r\n255 128 0\r\n255 255 255\r\n"],
] as const)("a .%s file", (format, text) => {
  expect(formatPalette(palette, format)).toBe(text);
});

describe("every format", () => {
  const colors = fc.uniqueArray(fc.integer({ min: 0, max: 0xffffff }).map(formatHexColor), {
    minLength: 1,
    maxLength: 256,
  });

  it("is read back to the same colours in the same order", () => {
    fc.assert(
      fc.property(colors, fc.constantFrom("hex", "gpl", "pal"), fc.string(), (colors, format, name) => {
        expect(parsePalette(formatPalette({ name, colors }, format), "x").colors).toEqual(colors);
      }),
    );
  });

  it("of swatches too, whatever their side and number in a row", () => {
    const whole = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(colors, whole(4), whole(20), (colors, side, columns) => {
        const swatch = paletteSwatch({ colors }, { side, columns });
        expect(paletteFromRaster(swatch, "x").colors).toEqual(colors);
        expect(parsePalette(encodePng(swatch), "x").colors).toEqual(colors);
      }),
      { numRuns: 30 },
    );
  });

  it("keeps the name on one line, where a break would be taken for a colour", () => {
    const text = formatPalette({ name: "a\n1 2 3\r\n", colors: ["#000000"] }, "gpl");
    expect(parsePalette(text, "x")).toEqual({ name: "a 1 2 3", colors: ["#000000"] });
  });
});

test("a swatch has a square a colour, and transparency in what is left of the last row", () => {
  const { width, height, data } = paletteSwatch({ colors: ["#ff0000", "#00ff00", "#0000ff"] }, { side: 2, columns: 2 });
  expect([width, height]).toEqual([4, 4]);
  const rows = Array.from({ length: 4 }, (_, y) =>
    Array.from(
      { length: 4 },
      (_, x) => ["r", "g", "b"].find((_, at) => data[(y * 4 + x) * 4 + at] === 255) ?? ".",
    ).join(""),
  );
  expect(rows).toEqual(["rrgg", "rrgg", "bb..", "bb.."]);
});
