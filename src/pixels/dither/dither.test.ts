import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { formatHexColor } from "../hex-color.ts";
import { type Oklab, oklabOfRgb } from "../oklab.ts";
import { mapToPalette } from "../quantize/map-to-palette.ts";
import { countColors, createRaster, type Raster } from "../raster.ts";
import { dither } from "./dither.ts";
import { type DitherMethod, diffusionKernels, ditherMethods, thresholdMatrices } from "./methods.ts";

const ink = { k: "#000000", w: "#ffffff" };

function flat(width: number, height: number, color: string): Raster {
  return drawRaster(
    Array.from({ length: height }, () => "x".repeat(width)),
    { x: color },
  );
}

const dithered = (raster: Raster, method: DitherMethod, strength?: number) =>
  showRaster(dither(raster, ["#000000", "#ffffff"], { method, strength }), ink);

describe("the matrices", () => {
  test("are Bayer's", () => {
    expect(thresholdMatrices["bayer-2"].ranks).toEqual([0, 2, 3, 1]);
    expect(thresholdMatrices["bayer-4"].ranks).toEqual([0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]);
    expect(thresholdMatrices["bayer-8"].ranks.slice(0, 16)).toEqual([
      0, 32, 8, 40, 2, 34, 10, 42, 48, 16, 56, 24, 50, 18, 58, 26,
    ]);
  });

  test.each(Object.entries(thresholdMatrices))("%s has every rank once", (_name, { size, ranks }) => {
    expect(ranks.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size * size }, (_, rank) => rank));
  });

  test.each(Object.entries(diffusionKernels))("%s gives all of the error on, and only ahead", (name, kernel) => {
    const given = kernel.spread.reduce((sum, [, , weight]) => sum + weight, 0);
    expect(given).toBe(name === "atkinson" ? 6 : kernel.divisor);
    for (const [dx, dy] of kernel.spread) expect(dy > 0 || dx > 0).toBe(true);
  });

  test("Floyd and Steinberg's is as published", () => {
    expect(diffusionKernels["floyd-steinberg"]).toEqual({
      divisor: 16,
      spread: [
        [1, 0, 7],
        [-1, 1, 3],
        [0, 1, 5],
        [1, 1, 1],
      ],
    });
  });
});

describe("a dark grey between black and white", () => {
  // #2c2c2c has 0.293 of white's lightness. The patterns of error diffusion come from a program of its own, written from
  // the papers' tables in another language.
  test.each<[DitherMethod, string[]]>([
    ["floyd-steinberg", ["kkkwkkkkwk", "kwkkkwkwkk", "kkwkwkkkkw", "kwkkkkkwkk", "kkwkwkwkkw", "wkkwkkkwkk"]],
    ["jarvis-judice-ninke", ["kkkkkkkkkk", "wkkwkwkkwk", "kkwkkwkkwk", "kkwkkkkwkk", "kkwkkwkkkk", "kkwkkwkkwk"]],
    ["stucki", ["kkkkkkkkkk", "kkwkwkwkwk", "kwkkkwkkkw", "kkkwkkkwkk", "kwkkwkkkwk", "wkkkwkkwkk"]],
    ["burkes", ["kkkkkkkkkk", "kkwkwwkwwk", "kwkkkkkkkk", "wkkkwkwkwk", "kkwkkkkwkk", "kwkkwkwkkk"]],
    ["sierra", ["kkkkkkkkkk", "kkwkwkwkwk", "kwkkkwkkkw", "kkwkkkwkkk", "kkwkkwkwkk", "wkkkwkkkwk"]],
    ["sierra-two-row", ["kkkkkwkkkk", "kwwkkwkkwk", "kkkkwkkwkk", "kwkkwkkwkk", "kkwkkkwkkw", "wkkwkkwkkk"]],
    ["sierra-lite", ["kkwkkkwkkk", "wkkkwkkkwk", "kkwkkwkwkk", "wkkwkkkkwk", "kkwkkwkkkk", "wkkwkkwkwk"]],
    ["stevenson-arce", ["kkkkkkkkkk", "kkkkkwwkkk", "kwwkkkkkwk", "kkkwwkkkwk", "kkkwkkwkkk", "kwkkkkwwkk"]],
    ["atkinson", ["kkkkkkkkkk", "kwkkwkkwkk", "kkkwkkkwkk", "kwkkkkwkkk", "kkwkkkwkkw", "kkwkkwkkkk"]],
  ])("by %s", (method, rows) => {
    expect(dithered(flat(10, 6, "#2c2c2c"), method)).toEqual(rows);
  });

  test.each<[DitherMethod, string[]]>([
    ["none", ["kkkkkkkk", "kkkkkkkk", "kkkkkkkk", "kkkkkkkk", "kkkkkkkk", "kkkkkkkk", "kkkkkkkk", "kkkkkkkk"]],
    ["bayer-2", ["wkwkwkwk", "kkkkkkkk", "wkwkwkwk", "kkkkkkkk", "wkwkwkwk", "kkkkkkkk", "wkwkwkwk", "kkkkkkkk"]],
    ["bayer-4", ["wkwkwkwk", "kwkkkwkk", "wkwkwkwk", "kkkkkkkk", "wkwkwkwk", "kwkkkwkk", "wkwkwkwk", "kkkkkkkk"]],
    ["bayer-8", ["wkwkwkwk", "kwkkkwkk", "wkwkwkwk", "kkkkkkkk", "wkwkwkwk", "kkkkkwkk", "wkwkwkwk", "kkkkkkkk"]],
    ["cluster-4", ["kkkkkkkk", "wwwkwwwk", "kwwkkwwk", "kkkkkkkk", "kkkkkkkk", "wwwkwwwk", "kwwkkwwk", "kkkkkkkk"]],
  ])("by %s", (method, rows) => {
    expect(dithered(flat(8, 8, "#2c2c2c"), method)).toEqual(rows);
  });

  it("is mixed less with less strength", () => {
    const whites = (strength: number) =>
      dithered(flat(8, 8, "#606060"), "bayer-8", strength)
        .join("")
        .replaceAll("k", "").length;
    expect([0, 0.25, 0.5, 1].map(whites)).toEqual([0, 8, 16, 31]);
    expect(dithered(flat(8, 4, "#2c2c2c"), "floyd-steinberg", 0)).toEqual(Array(4).fill("kkkkkkkk"));
  });
});

it("mixes ordered patterns from two colours that are near, not from black and white", () => {
  const greys = ["#000000", "#707070", "#909090", "#ffffff"];
  const mixed = dither(flat(4, 4, "#808080"), greys, { method: "bayer-4" });
  expect(showRaster(mixed, { a: "#707070", b: "#909090" })).toEqual(["baba", "abab", "baba", "abab"]);
});

const channel = fc.integer({ min: 0, max: 255 });
const color = fc.integer({ min: 0, max: 0xffffff }).map(formatHexColor);
const raster = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc
      .array(channel, { minLength: width * height * 4, maxLength: width * height * 4 })
      .map((data) => createRaster(width, height, Uint8ClampedArray.from(data))),
  );
const method = fc.constantFrom(...ditherMethods);
const strength = fc.double({ min: 0, max: 1, noNaN: true });

describe("any picture, palette and method", () => {
  it("has only colours of the palette, its own alpha, and clear pixels as they were", () => {
    fc.assert(
      fc.property(
        raster,
        fc.array(color, { minLength: 1, maxLength: 12 }),
        method,
        strength,
        (picture, palette, method, strength) => {
          const { data } = dither(picture, palette, { method, strength });
          const colorsAt = (pixels: Uint8ClampedArray, isWanted: (alpha: number) => boolean) =>
            Array.from({ length: pixels.length / 4 }, (_, pixel) => pixels.slice(pixel * 4, pixel * 4 + 4))
              .filter((pixel) => isWanted(pixel[3]))
              .map(([red, green, blue]) => formatHexColor((red << 16) | (green << 8) | blue));
          const isClear = (alpha: number) => alpha === 0;
          expect(data.filter((_, at) => at % 4 === 3)).toEqual(picture.data.filter((_, at) => at % 4 === 3));
          expect(colorsAt(data, isClear)).toEqual(colorsAt(picture.data, isClear));
          expect(colorsAt(data, (alpha) => alpha > 0).filter((color) => !palette.includes(color))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is left as it is by every method when it has the palette's colours already", () => {
    fc.assert(
      fc.property(raster, method, (picture, method) => {
        const colors = ["#102030", "#a04020", "#f0e0d0"];
        const mapped = mapToPalette(picture, colors);
        expect(dither(mapped, colors, { method })).toEqual(mapped);
      }),
      { numRuns: 40 },
    );
  });

  it("with strength 0 is mapped to the nearest colours", () => {
    fc.assert(
      fc.property(raster, fc.array(color, { minLength: 1, maxLength: 12 }), method, (picture, palette, method) => {
        expect(dither(picture, palette, { method, strength: 0 })).toEqual(mapToPalette(picture, palette));
      }),
      { numRuns: 40 },
    );
  });
});

describe("the mean of an area", () => {
  const corners = ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#ff00ff", "#00ffff"];
  const meanOf = ({ data }: Raster): Oklab => {
    const sums: [number, number, number] = [0, 0, 0];
    for (let offset = 0; offset < data.length; offset += 4) {
      const place = oklabOfRgb((data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2]);
      for (const index of [0, 1, 2] as const) sums[index] += place[index];
    }
    return sums.map((sum) => sum / (data.length / 4)) as unknown as Oklab;
  };

  // What falls off the edges is lost, some part of the border's pixels; Atkinson's gives a quarter away everywhere.
  it.each(Object.keys(diffusionKernels).filter((name) => name !== "atkinson") as DitherMethod[])(
    "is kept by %s",
    (method) => {
      for (const grey of ["#404040", "#777777", "#c0c0c0", "#6f7a75"]) {
        const picture = flat(64, 64, grey);
        const mean = meanOf(dither(picture, corners, { method }));
        const wanted = meanOf(picture);
        for (const index of [0, 1, 2] as const) expect(Math.abs(mean[index] - wanted[index])).toBeLessThan(0.025);
      }
    },
  );

  it.each(["bayer-2", "bayer-4", "bayer-8", "cluster-4"] as const)(
    "comes within a step of its ramp by %s",
    (method) => {
      const steps = thresholdMatrices[method].ranks.length;
      for (const grey of ["#404040", "#777777", "#c0c0c0"]) {
        const picture = flat(8, 8, grey);
        const mean = meanOf(dither(picture, ["#000000", "#ffffff"], { method }));
        expect(Math.abs(mean[0] - meanOf(picture)[0])).toBeLessThanOrEqual(0.5 / steps + 1e-9);
      }
    },
  );

  it("that no mixture reaches does not smear over what lies beside it", () => {
    const picture = drawRaster(
      Array.from({ length: 12 }, () => "bbbbbbbbbbbbwwwwwwwwwwww"),
      { b: "#0000ff", w: "#ffffff" },
    );
    const mixed = dither(picture, ["#802020", "#ffffff"], { method: "floyd-steinberg" });
    const right = showRaster(mixed, { w: "#ffffff", r: "#802020" }).map((row) => row.slice(15));
    expect(right).toEqual(Array(12).fill("wwwwwwwww"));
  });
});

it("makes one colour of everything with a palette of one", () => {
  for (const method of ditherMethods)
    expect(countColors(dither(drawRaster(["kw", "wk"], ink), ["#123456"], { method }))).toBe(1);
});

it.each([
  [{ method: "sparkle" }, 'Cannot dither by "sparkle": choose none, bayer-2'],
  [{ method: "bayer-4", strength: 1.5 }, "Cannot dither with strength 1.5: give a number from 0 to 1"],
  [{ method: "bayer-4", strength: Number.NaN }, "Cannot dither with strength NaN"],
])("refuses %j", (options, sentence) => {
  expect(() => dither(flat(1, 1, "#000"), ["#000"], options as never)).toThrow(sentence);
});

it("refuses an empty palette", () => {
  expect(() => dither(flat(1, 1, "#000"), [], { method: "atkinson" })).toThrow("Cannot map to a palette of 0 colors");
});
