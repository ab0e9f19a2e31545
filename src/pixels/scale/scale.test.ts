import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster, type Raster } from "../raster.ts";
import { type ScaleMethod, scale, scaleMethods } from "./scale.ts";

const colors = { k: "#000000", r: "#ff0000", w: "#ffffff" };
const scaled = (rows: readonly string[], method: ScaleMethod, factor?: number) =>
  showRaster(scale(drawRaster(rows, colors), { method, factor }), colors);

const diagonal = ["k...", ".k..", "..k.", "...k"];
const slope = ["k...", "kk..", "kkk.", "kkkk"];
const ring = [".....", ".kkk.", ".krk.", ".kkk.", "....."];

describe("known pictures", () => {
  test.each<[ScaleMethod, readonly string[], string[]]>([
    ["nearest", ["kr", ".w"], ["kkrr", "kkrr", "..ww", "..ww"]],
    [
      "scale2x",
      diagonal,
      ["kk......", "k.k.....", ".kkk....", "..kkk...", "...kkk..", "....kkk.", ".....k.k", "......kk"],
    ],
    [
      "scale2x",
      ring,
      [
        "..........",
        "..........",
        "...kkkk...",
        "..kkkkkk..",
        "..kkrrkk..",
        "..kkrrkk..",
        "..kkkkkk..",
        "...kkkk...",
        "..........",
        "..........",
      ],
    ],
    [
      "scale3x",
      ring,
      [
        "...............",
        "...............",
        "...............",
        ".....kkkkk.....",
        "....kkkkkkk....",
        "...kkkkkkkkk...",
        "...kkkrrrkkk...",
        "...kkkrrrkkk...",
        "...kkkrrrkkk...",
        "...kkkkkkkkk...",
        "....kkkkkkk....",
        ".....kkkkk.....",
        "...............",
        "...............",
        "...............",
      ],
    ],
    ["xbr", diagonal, ["kk......", "kkk.....", ".kkk....", "..kkk...", "...kkk..", "....kkk.", ".....kkk", "......kk"]],
    ["xbr", slope, ["kk......", "kkk.....", "kkkk....", "kkkkk...", "kkkkkk..", "kkkkkkk.", "kkkkkkkk", "kkkkkkkk"]],
    [
      "xbr",
      ["wkkk", "kwkk", "kkwk", "kkkw"],
      ["wwkkkkkk", "wwwkkkkk", "kwwwkkkk", "kkwwwkkk", "kkkwwwkk", "kkkkwwwk", "kkkkkwww", "kkkkkkww"],
    ],
    [
      "xbr",
      ["......", "..kkkk", "kk...."],
      ["............", "............", "....kkkkkkkk", "...kkkkkkkkk", "kkkkk.......", "kkkk........"],
    ],
    ["xbr", ["kk..", "..kk"], ["kkkk....", "kkkk....", "....kkkk", "....kkkk"]],
  ])("%s of %j", (method, rows, expected) => {
    expect(scaled(rows, method)).toEqual(expected);
  });

  it.each(scaleMethods)("stay blocks where all is one color: %s", (method) => {
    const [width, factor] = method === "scale3x" ? [9, 3] : [8, 4];
    expect(
      scaled(
        ["rrr", "rrr"].map((row) => row.slice(0, width / factor)),
        method,
        factor === 4 ? 4 : 3,
      )[0],
    ).toBe("r".repeat(width));
  });
});

const words = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })).chain(([width, height]) =>
  fc
    .array(fc.constantFrom(0x00000000, 0xff000000, 0xff0000ff, 0xffffffff, 0x80ff00ff), {
      minLength: width * height,
      maxLength: width * height,
    })
    .map((pixels) => createRaster(width, height, new Uint8ClampedArray(Uint32Array.from(pixels).buffer))),
);
const smoothing = fc.constantFrom<ScaleMethod>("scale2x", "scale3x", "xbr");
const wordsOf = ({ data }: Raster) => new Uint32Array(data.slice().buffer);

/** Its columns from right to left, or its rows and columns exchanged. */
function seen(raster: Raster, how: "mirrored" | "turned"): Raster {
  const { width, height } = raster;
  const source = wordsOf(raster);
  const size = how === "turned" ? [height, width] : [width, height];
  const target = createRaster(size[0], size[1]);
  const pixels = new Uint32Array(target.data.buffer);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      pixels[how === "turned" ? x * height + y : y * width + width - 1 - x] = source[y * width + x];
  return target;
}

describe("any picture", () => {
  it("gets no new color", () => {
    fc.assert(
      fc.property(words, smoothing, (raster, method) => {
        const before = new Set(wordsOf(raster));
        for (const word of wordsOf(scale(raster, { method }))) expect(before).toContain(word);
      }),
      { numRuns: 60 },
    );
  });

  it("is scaled the same when it is mirrored or turned", () => {
    fc.assert(
      fc.property(
        words,
        fc.constantFrom<ScaleMethod>("scale2x", "scale3x"),
        fc.constantFrom("mirrored" as const, "turned" as const),
        (raster, method, how) => {
          expect(scale(seen(raster, how), { method })).toEqual(seen(scale(raster, { method }), how));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("goes again for greater factors", () => {
    fc.assert(
      fc.property(words, (raster) => {
        const method = "scale2x";
        expect(scale(raster, { method, factor: 4 })).toEqual(scale(scale(raster, { method }), { method }));
        expect(scale(raster, { factor: 6 })).toEqual(scale(scale(raster, { factor: 2 }), { factor: 3 }));
      }),
      { numRuns: 20 },
    );
  });
});

test.each<[{ method?: ScaleMethod; factor?: number }, string]>([
  [{ method: "scale2x", factor: 3 }, "Cannot scale by 3 with scale2x: give 2, 4 or 8"],
  [{ method: "scale3x", factor: 2 }, "Cannot scale by 2 with scale3x: give 3, 9 or 27"],
  [{ method: "xbr", factor: 1 }, "Cannot scale by 1 with xbr"],
  [{ method: "xbr", factor: 0.5 }, "Cannot scale by 0.5 with xbr"],
  [{ method: "xbr", factor: Number.NaN }, "Cannot scale by NaN with xbr"],
  [{ factor: 65 }, "Cannot scale by 65: give a whole number from 1 to 64"],
  [{ method: "hq4x" as never, factor: 2 }, 'Cannot scale by "hq4x": choose nearest, scale2x, scale3x, xbr'],
])("refuses %j", (options, sentence) => {
  expect(() => scale(createRaster(2, 2), options)).toThrow(sentence);
});

test("refuses what would not fit into memory", () => {
  expect(() => scale(createRaster(1024, 1024), { factor: 16 })).toThrow(
    "Cannot scale 1024 x 1024 by 16: the result would have more than 67108864 pixels; give a smaller factor",
  );
});
