import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHexColor } from "../hex-color.ts";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { oklabOfRgb, squaredOklabDistance } from "../oklab.ts";
import { createRaster, type Raster } from "../raster.ts";
import { bestColors, mapToPalette } from "./map-to-palette.ts";

const ink = { r: "#ff0000", s: "#e01010", b: "#0000ff", k: "#000000", w: "#ffffff" };

const withBest = (raster: Raster, palette: readonly string[], count: number) =>
  mapToPalette(raster, bestColors(raster, palette, count));

describe("mapToPalette", () => {
  it("gives every visible pixel the nearest colour", () => {
    const mapped = mapToPalette(drawRaster(["rsb", "k.w"], ink), ["#ff0000", "#0000ff", "#ffffff", "#101010"]);
    expect(showRaster(mapped, { ...ink, d: "#101010" })).toEqual(["rrb", "d.w"]);
  });

  it("leaves alpha and the colour under full transparency as they are", () => {
    const soft = createRaster(2, 1, Uint8ClampedArray.of(9, 9, 9, 0, 250, 9, 9, 7));
    expect([...mapToPalette(soft, ["#f00"]).data]).toEqual([9, 9, 9, 0, 255, 0, 0, 7]);
  });

  it("finds the nearest in OKLab, as brute force does", () => {
    const rgb = fc.integer({ min: 0, max: 0xffffff });
    fc.assert(
      fc.property(rgb, fc.array(rgb, { minLength: 1, maxLength: 40 }), (color, palette) => {
        const pixel = createRaster(1, 1, Uint8ClampedArray.of(color >> 16, (color >> 8) & 255, color & 255, 255));
        const [red, green, blue] = mapToPalette(
          pixel,
          palette.map((entry) => entry.toString(16).padStart(6, "0")),
        ).data;
        const distanceTo = (entry: number) => squaredOklabDistance(oklabOfRgb(color), oklabOfRgb(entry));
        const least = Math.min(...palette.map(distanceTo));
        expect((red << 16) | (green << 8) | blue).toBe(palette.find((entry) => distanceTo(entry) === least));
      }),
    );
  });

  it("finds it too among colours that are all but equally near, in the dark and in the light", () => {
    const near = (from: number) => fc.integer({ min: from, max: from + 6 });
    const around = (from: number) =>
      fc.tuple(near(from), near(from), near(from)).map(([red, green, blue]) => (red << 16) | (green << 8) | blue);
    const sets = fc
      .constantFrom(0, 30, 120, 248)
      .chain((from) =>
        fc.tuple(
          fc.array(around(from), { minLength: 2, maxLength: 30 }),
          fc.array(around(from), { minLength: 64, maxLength: 64 }),
        ),
      );
    fc.assert(
      fc.property(sets, ([palette, pixels]) => {
        const words = pixels.flatMap((rgb) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255]);
        const { data } = mapToPalette(createRaster(8, 8, Uint8ClampedArray.from(words)), palette.map(formatHexColor));
        const nearestTo = (rgb: number) => {
          const distances = palette.map((entry) => squaredOklabDistance(oklabOfRgb(rgb), oklabOfRgb(entry)));
          return palette[distances.indexOf(Math.min(...distances))];
        };
        const found = pixels.map(
          (_, index) => (data[index * 4] << 16) | (data[index * 4 + 1] << 8) | data[index * 4 + 2],
        );
        expect(found).toEqual(pixels.map(nearestTo));
      }),
      { numRuns: 60 },
    );
  });

  it("uses only the colours that fit best when it is given a count", () => {
    const palette = ["#00ff00", "#ff0000", "#ffff00", "#0000ff", "#000000"];
    const mapped = withBest(drawRaster(["rrrr", "ssbb", "bbkb"], ink), palette, 2);
    expect(showRaster(mapped, ink)).toEqual(["rrrr", "rrbb", "bbbb"]);
  });

  it("uses fewer when more would not help", () => {
    const mapped = withBest(drawRaster(["rr", "bb"], ink), ["#ff0000", "#0000ff", "#00ff00"], 2);
    expect(showRaster(mapped, ink)).toEqual(["rr", "bb"]);
    const one = withBest(drawRaster(["rr"], ink), ["#ff0000", "#ff0000", "#00ff00"], 2);
    expect(showRaster(one, ink)).toEqual(["rr"]);
  });

  it("takes a count of the whole palette and more", () => {
    expect(showRaster(withBest(drawRaster(["rb"], ink), ["#f00", "#00f"], 9), ink)).toEqual(["rb"]);
  });

  it("refuses an empty palette, a count of 0 and what is no colour", () => {
    const raster = createRaster(1, 1);
    expect(() => mapToPalette(raster, [])).toThrow("Cannot map to a palette of 0 colors: give at least one");
    expect(() => bestColors(raster, ["#fff"], 0)).toThrow(
      "Cannot reduce to 0 colors: give a whole number from 1 to 256",
    );
    expect(() => mapToPalette(raster, ["white"])).toThrow('Cannot read the color "white": write it as #rrggbb');
  });
});
