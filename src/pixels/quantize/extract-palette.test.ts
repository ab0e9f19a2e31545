import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { formatHexColor } from "../hex-color.ts";
import { countColors, createRaster, type Raster } from "../raster.ts";
import { extractPalette } from "./extract-palette.ts";
import { mapToPalette } from "./map-to-palette.ts";

const ink = { r: "#ff0000", s: "#f80008", b: "#0000ff", k: "#000000", w: "#ffffff" };

/** Opaque and transparent pixels, in up to 60 colours or in any. */
const pictures: fc.Arbitrary<Raster> = fc
  .record({
    width: fc.integer({ min: 1, max: 12 }),
    height: fc.integer({ min: 1, max: 12 }),
    colors: fc.array(fc.integer({ min: 0, max: 0xffffff }), { minLength: 1, maxLength: 60 }),
    seed: fc.array(fc.nat(), { minLength: 1, maxLength: 30 }),
  })
  .map(({ width, height, colors, seed }) => {
    const raster = createRaster(width, height);
    for (let index = 0; index < width * height; index++) {
      const pick = seed[index % seed.length] + index * index;
      if (pick % 5 === 0) continue;
      const rgb = colors[pick % colors.length];
      raster.data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255], index * 4);
    }
    return raster;
  });

function noise(size: number): Raster {
  const raster = createRaster(size, size);
  let state = 1;
  for (let index = 0; index < raster.data.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    raster.data[index] = index % 4 === 3 ? 255 : state >>> 24;
  }
  return raster;
}

describe("extractPalette", () => {
  it("gives the picture's own colours, from dark to light, when there are no more than wanted", () => {
    expect(extractPalette(drawRaster(["wrb", "k.k"], ink), 8)).toEqual(["#000000", "#0000ff", "#ff0000", "#ffffff"]);
  });

  it("joins the colours that are most alike", () => {
    expect(extractPalette(drawRaster(["rrsb", "kkww"], ink), 4)).toEqual(["#000000", "#0000ff", "#ff0000", "#ffffff"]);
  });

  it("keeps a small detail of a colour of its own beside large areas of like shades", () => {
    const raster = drawRaster(["abababababab", "babababababa", "ababarbabab.", "babababababa"], {
      a: "#203040",
      b: "#283848",
      r: "#ff2020",
    });
    expect(extractPalette(raster, 2)).toContain("#ff2020");
  });

  it("gives nothing for an empty picture", () => expect(extractPalette(createRaster(2, 2), 4)).toEqual([]));

  it("gives exactly as many colours as wanted or there are, all used, all the picture's own", () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 1, max: 64 }), (raster, count) => {
        const palette = extractPalette(raster, count);
        const expected = Math.min(count, countColors(raster));
        expect(palette).toHaveLength(expected);
        expect(countColors(expected === 0 ? raster : mapToPalette(raster, palette))).toBe(expected);
        const own = new Set<string>();
        for (let at = 0; at < raster.data.length; at += 4) {
          const [red, green, blue, alpha] = raster.data.subarray(at);
          if (alpha > 0) own.add(formatHexColor((red << 16) | (green << 8) | blue));
        }
        expect(palette.every((color) => own.has(color))).toBe(true);
      }),
    );
  });

  it("does not depend on where the colours are", () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 1, max: 16 }), (raster, count) => {
        const pixels = Array.from({ length: raster.data.length / 4 }, (_, at) => [
          ...raster.data.subarray(at * 4, at * 4 + 4),
        ]);
        const reversed = createRaster(raster.width, raster.height, Uint8ClampedArray.from(pixels.reverse().flat()));
        expect(extractPalette(reversed, count)).toEqual(extractPalette(raster, count));
      }),
    );
  });

  it.each([2, 32, 256])("gives %i different colors of noise in thousands", (count) => {
    const raster = noise(96);
    const palette = extractPalette(raster, count);
    expect(new Set(palette).size).toBe(count);
    expect(countColors(mapToPalette(raster, palette))).toBe(count);
  });

  it.each([0, 257, 1.5, Number.NaN])("refuses %s colors", (count) => {
    expect(() => extractPalette(createRaster(1, 1), count)).toThrow(
      `Cannot reduce to ${count} colors: give a whole number from 1 to 256`,
    );
  });
});
