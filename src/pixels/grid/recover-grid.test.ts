import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster, type Raster } from "../raster.ts";
import { scaleInteger } from "../scale-integer.ts";
import { recoverGrid } from "./recover-grid.ts";

const ink = { k: "#1a1c2c", r: "#b13e53", y: "#ffcd75", w: "#f4f4f4", b: "#3b5dc9" };
const heart = drawRaster(
  [".kk..kk.", "krrkkrrk", "krwrrrrk", "krrrrrrk", ".krrrrk.", "..krrk..", "...kk...", "........"],
  ink,
);

/** Pixels of many colours, so that hardly any neighbours are equal. */
function noisy(width: number, height: number, seed: number): Raster {
  const raster = createRaster(width, height);
  let state = seed;
  for (let at = 0; at < raster.data.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    raster.data[at] = at % 4 === 3 ? 255 : state >>> 24;
  }
  return raster;
}

function shiftedBy(raster: Raster, left: number, top: number, width: number, height: number): Raster {
  const result = createRaster(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = ((y + top) * raster.width + x + left) * 4;
      result.data.set(raster.data.subarray(from, from + 4), (y * width + x) * 4);
    }
  return result;
}

describe("recoverGrid", () => {
  it("gives the pixels that were enlarged", () => {
    const found = recoverGrid(scaleInteger(heart, 7));
    expect(showRaster(found.raster, ink)).toEqual(showRaster(heart, ink));
    expect(found).toMatchObject({ width: 8, height: 8, cellWidth: 7, cellHeight: 7, left: 0, top: 0, isNative: false });
  });

  it("undoes any whole enlargement of a noisy sprite exactly", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6, max: 24 }),
        fc.integer({ min: 6, max: 24 }),
        fc.integer({ min: 2, max: 16 }),
        fc.integer({ min: 1, max: 1e6 }),
        (width, height, factor, seed) => {
          const native = noisy(width, height, seed);
          const found = recoverGrid(scaleInteger(native, factor));
          expect([found.width, found.height]).toEqual([width, height]);
          expect(found.raster.data).toEqual(native.data);
          // Fewer cells may be chance.
          expect(found.isSure || Math.min(width, height) < 8).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("finds where the cells begin in a picture that was cut", () => {
    const picture = scaleInteger(noisy(12, 12, 5), 8);
    const found = recoverGrid(shiftedBy(picture, 3, 6, 80, 84));
    // Three of a cell's eight pixels are missing at the left, so its middle is still there; six are at the top.
    expect(found).toMatchObject({ width: 10, height: 10, cellWidth: 8, cellHeight: 8, left: -3, top: 2 });
  });

  it("leaves native art as it is, to the byte", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 1, max: 1e6 }),
        (width, height, seed) => {
          const native = noisy(width, height, seed);
          const found = recoverGrid(native);
          expect(found.isNative).toBe(true);
          expect(found.raster).toEqual(native);
          expect(found.raster.data).not.toBe(native.data);
        },
      ),
      { numRuns: 40 },
    );
    expect(recoverGrid(heart).raster).toEqual(heart);
  });

  it("lists alternatives, the best guess first, and gives the one that is picked", () => {
    const picture = scaleInteger(noisy(10, 10, 3), 6);
    const { alternatives } = recoverGrid(picture);
    expect(alternatives[0]).toMatchObject({ width: 10, height: 10 });
    expect(alternatives.length).toBeGreaterThan(1);
    const confidences = alternatives.map(({ confidence }) => confidence);
    expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
    const second = recoverGrid(picture, { pick: 2 });
    expect(second).toMatchObject({ ...alternatives[1], alternatives });
    expect([second.raster.width, second.raster.height]).toEqual([alternatives[1].width, alternatives[1].height]);
  });

  it("takes a size that is known, and fills the picture with cells when nothing speaks for it", () => {
    const picture = scaleInteger(heart, 6);
    expect(recoverGrid(picture, { size: 8 }).raster).toEqual(heart);
    expect(recoverGrid(picture, { size: { width: 8, height: 8 } }).raster).toEqual(heart);
    const odd = recoverGrid(picture, { size: { width: 7, height: 13 } });
    expect(odd).toMatchObject({ width: 7, height: 13, left: 0, top: 0, isSure: false });
    expect([odd.raster.width, odd.raster.height]).toEqual([7, 13]);
  });

  it("has nothing to find in one color or one pixel", () => {
    const flat = createRaster(40, 30, new Uint8ClampedArray(4800).fill(200));
    expect(recoverGrid(flat)).toMatchObject({ isNative: true, isSure: true, raster: flat });
    const pixel = drawRaster(["r"], ink);
    expect(recoverGrid(pixel)).toMatchObject({ isNative: true, isSure: true, raster: pixel });
  });

  it("does not call a picture native for sure in which pixels hardly differ from their neighbors", () => {
    const slopes = createRaster(120, 90);
    for (let at = 0; at < 120 * 90; at++) {
      const [x, y] = [at % 120, Math.floor(at / 120)];
      slopes.data.set([128 + 90 * Math.sin(x / 21), 128 + 90 * Math.cos((x + y) / 30), 90 + y, 255], at * 4);
    }
    expect(recoverGrid(slopes).isSure).toBe(false);
  });

  it("reads pixels that begin anywhere in memory", () => {
    const picture = scaleInteger(noisy(9, 14, 8), 5);
    const memory = new Uint8ClampedArray(picture.data.length + 1);
    memory.set(picture.data, 1);
    expect(recoverGrid({ ...picture, data: memory.subarray(1) })).toEqual(recoverGrid(picture));
  });

  it("is deterministic and leaves its picture alone", () => {
    const picture = scaleInteger(noisy(9, 14, 8), 5);
    const before = picture.data.slice();
    expect(recoverGrid(picture)).toEqual(recoverGrid(picture));
    expect(picture.data).toEqual(before);
  });

  it.each([
    [{ pick: 0 }, "Cannot pick grid 0: this picture has"],
    [{ pick: 99 }, "Cannot pick grid 99: this picture has"],
    [{ size: 0 }, "Cannot recover 0 cells from a picture of 48 x 48: give whole numbers from 1 up to its size"],
    [{ size: { width: 8, height: 49 } }, "Cannot recover 8 x 49 cells from a picture of 48 x 48"],
    [{ size: 2.5 }, "Cannot recover 2.5 cells"],
  ])("refuses %j", (options, message) => {
    expect(() => recoverGrid(scaleInteger(heart, 6), options)).toThrow(message);
  });
});
