import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import { findNearCopies } from "./near-copies.ts";

/** Noise that differs from seed to seed in nearly every pixel. */
function noise(seed: number): Raster {
  const raster = createRaster(16, 16);
  let state = seed;
  for (let index = 0; index < raster.data.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    raster.data[index] = state >>> 24;
  }
  return raster;
}

function moved(raster: Raster, right: number, down: number, isMirrored: boolean): Raster {
  const copy = createRaster(16, 16);
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 16; x++) {
      const from = (y * 16 + (isMirrored ? 15 - x : x)) * 4;
      copy.data.set(raster.data.subarray(from, from + 4), (((y + down + 16) % 16) * 16 + ((x + right + 16) % 16)) * 4);
    }
  return copy;
}

function changed(raster: Raster, pixels: number, amount: number): Raster {
  const copy = createRaster(16, 16, raster.data.slice());
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = ((pixel * 37) % 256) * 4;
    copy.data[at] += copy.data[at] > 127 ? -amount : amount;
  }
  return copy;
}

const originals = [noise(1), noise(2), noise(3)];

describe("findNearCopies", () => {
  it.each([
    ["a copy", noise(2), true],
    ["its mirror", moved(noise(2), 0, 0, true), true],
    ["one moved by a pixel", moved(noise(3), 1, -1, false), true],
    ["a mirror moved by a pixel", moved(noise(3), -1, 0, true), true],
    ["one that is 8 off everywhere", changed(noise(1), 256, 8), true],
    ["one that differs in a tenth of the pixels", changed(noise(1), 25, 60), true],
    ["one that differs in more", changed(noise(1), 27, 60), false],
    ["one that is 9 off everywhere", changed(noise(1), 256, 9), false],
    ["one moved by two pixels", moved(noise(1), 2, 0, false), false],
    ["another picture", noise(4), false],
  ])("%s", (_what, sample, isCopy) => {
    expect(findNearCopies([sample], originals)).toEqual([isCopy]);
  });

  it("judges each sample, and none", () => {
    expect(findNearCopies([noise(9), noise(1)], originals)).toEqual([false, true]);
    expect(findNearCopies([], originals)).toEqual([]);
  });
});
