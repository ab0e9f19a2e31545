import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import { naiveSize } from "./naive-grid.ts";
import { pixelAccuracy, reliabilityTable, tallyAnswers } from "./tally.ts";

const truthOf = (native: Raster, pitch: number) => ({
  picture: createRaster(native.width * pitch, native.height * pitch),
  native,
  x: { count: native.width, pitch, start: 0 },
  y: { count: native.height, pitch, start: 0 },
});
const answer = (width: number, height: number, isSame = false) => ({ width, height, isSame });

describe("tallyAnswers", () => {
  it("counts exact sizes, those off by one, cells right to a tenth, and native art left alone", () => {
    const tally = tallyAnswers();
    const big = truthOf(createRaster(40, 40), 8);
    tally.add(big, answer(40, 40));
    tally.add(big, answer(40, 41));
    tally.add(big, answer(43, 43));
    tally.add(big, answer(80, 80));
    tally.add(big, undefined);
    const native = truthOf(createRaster(16, 16), 1);
    tally.add(native, answer(16, 16, true));
    tally.add(native, answer(16, 16, false));
    tally.add(native, answer(8, 8));
    expect(tally.figures()).toEqual({
      exactPct: 37.5,
      plusMinusOnePct: 50,
      gridPct: 62.5,
      nativeSafePct: 33.3,
      natives: 3,
      pictures: 8,
    });
  });
});

describe("pixelAccuracy", () => {
  it("is the share of pixels near their colour, and nothing for another size", () => {
    const native = createRaster(2, 1, Uint8ClampedArray.from([100, 100, 100, 255, 0, 0, 0, 0]));
    const found = createRaster(2, 1, Uint8ClampedArray.from([110, 95, 100, 255, 90, 90, 90, 0]));
    expect(pixelAccuracy(native, found)).toBe(1);
    expect(pixelAccuracy(native, createRaster(2, 1))).toBe(0.5);
    expect(pixelAccuracy(native, createRaster(1, 1))).toBe(0);
  });
});

describe("reliabilityTable", () => {
  it("compares confidence and how often it was right, by tenths", () => {
    const table = reliabilityTable();
    for (let index = 0; index < 100; index++) table.add(0.9, index < 80);
    for (let index = 0; index < 4; index++) table.add(0.3, index < 1);
    table.add(1, true);
    expect(table.rows()).toEqual([
      {
        confidence: "30 to 40 %",
        pictures: 4,
        meanConfidencePct: 30,
        rightPct: 25,
        offByPoints: 5,
        standardErrorPoints: 21.7,
      },
      {
        confidence: "90 to 100 %",
        pictures: 101,
        meanConfidencePct: 90.1,
        rightPct: 80.2,
        offByPoints: 9.9,
        standardErrorPoints: 4,
      },
    ]);
  });
});

describe("naiveSize", () => {
  it("divides by the commonest run of equal pixels", () => {
    const picture = createRaster(12, 6);
    const pixels = new Uint32Array(picture.data.buffer);
    for (let at = 0; at < 72; at++) pixels[at] = Math.floor((at % 12) / 3) + 10 * Math.floor(at / 24);
    expect(naiveSize(picture)).toEqual({ width: 4, height: 3 });
    expect(naiveSize(createRaster(5, 5))).toEqual({ width: 5, height: 5 });
  });
});
