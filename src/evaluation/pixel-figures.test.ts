import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import { meanDistance, orphanShare } from "./pixel-figures.ts";

const inks: Readonly<Record<string, readonly number[]>> = {
  ".": [0, 0, 0, 0],
  r: [255, 0, 0, 255],
  s: [240, 10, 10, 255],
  w: [255, 255, 255, 255],
};

function picture(...rows: readonly string[]): Raster {
  return createRaster(
    rows[0].length,
    rows.length,
    Uint8ClampedArray.from(rows.flatMap((row) => [...row].flatMap((ink) => inks[ink]))),
  );
}

describe("meanDistance", () => {
  it("is 0 between equal pictures and 1 between white and nothing", () => {
    expect(meanDistance([picture("rw"), picture("rw")])).toBe(0);
    expect(meanDistance([picture("ww"), picture("..")])).toBe(1);
  });

  it("averages over all pairs", () => {
    // Pairs: equal, and twice two of four values off by one: root of a half.
    expect(meanDistance([picture("r"), picture("r"), picture(".")])).toBeCloseTo((2 / 3) * Math.SQRT1_2, 6);
  });

  it("does not see colour under transparency", () => {
    expect(meanDistance([picture("."), createRaster(1, 1, Uint8ClampedArray.of(9, 99, 200, 0))])).toBe(0);
  });
});

describe("orphanShare", () => {
  it("counts opaque pixels without a like neighbour, diagonals too", () => {
    expect(orphanShare([picture("r..", "...", "..w")])).toBe(1);
    expect(orphanShare([picture("r..", ".s.", "...")])).toBe(0);
    expect(orphanShare([picture("rr.", "r.w", "...")])).toBe(1 / 4);
    expect(orphanShare([picture("...")])).toBe(0);
  });
});
