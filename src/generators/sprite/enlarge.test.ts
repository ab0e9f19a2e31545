import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import { enlarge, type PredictColors } from "./enlarge.ts";

const letters: Readonly<Record<string, readonly number[]>> = {
  ".": [0, 0, 0, 0],
  r: [200, 0, 0, 255],
  g: [0, 200, 0, 255],
  b: [0, 0, 200, 255],
};

/** Rows of letters as a raster, and back. */
const picture = (...rows: readonly string[]): Raster =>
  createRaster(
    rows[0].length,
    rows.length,
    Uint8ClampedArray.from(rows.flatMap((row) => [...row].flatMap((letter) => letters[letter]))),
  );
const rowsOf = ({ width, height, data }: Raster): string[] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = (y * width + x) * 4;
      return (
        Object.keys(letters).find((letter) =>
          letters[letter].every((value, channel) => data[at + channel] === value),
        ) ?? "?"
      );
    }).join(""),
  );

/** Scores by a rule: candidate `index` (0 to 24, 12 is the source itself) of fine pixel (x, y), knowing what is decided. */
const scoring =
  (
    score: (index: number, x: number, y: number, isDecided: (x: number, y: number) => boolean) => number,
  ): PredictColors =>
  async (_, fine, width, height) => {
    const plane = 4 * width * height;
    const isDecided = (x: number, y: number) => fine[4 * plane + y * 2 * width + x] === 1;
    return Float32Array.from({ length: 25 * plane }, (_, at) => {
      const pixel = at % plane;
      return score(Math.floor(at / plane), pixel % (2 * width), Math.floor(pixel / (2 * width)), isDecided);
    });
  };
const source = 12;

describe("enlarge", () => {
  it("takes each pixel's colour from where the network says: here the source, so every pixel twice", async () => {
    const doubled = await enlarge(
      picture("r.", "gb"),
      scoring((index) => (index === source ? 5 : 0)),
      { steps: 3, wraps: false },
    );
    expect(rowsOf(doubled)).toEqual(["rr..", "rr..", "ggbb", "ggbb"]);
  });

  it("reads beyond the edge the edge's own pixels, and in a wrapped picture those of the other side", async () => {
    const leftNeighbour = scoring((index) => (index === source - 1 ? 5 : 0));
    const of = async (wraps: boolean) => rowsOf(await enlarge(picture("rg", "b."), leftNeighbour, { steps: 1, wraps }));
    expect(await of(false)).toEqual(["rrrr", "rrrr", "bbbb", "bbbb"]);
    expect(await of(true)).toEqual(["ggrr", "ggrr", "..bb", "..bb"]);
  });

  it("adds up the chances of equal colours", async () => {
    // Green is the likeliest single candidate of the middle; red has twice as much in all.
    const rows = ["rrr", "rgr", "rrr"];
    const doubled = await enlarge(
      picture(...rows),
      scoring((index) => (index === source ? 0.5 : 0)),
      { steps: 1, wraps: false },
    );
    expect(rowsOf(doubled)[2]).toBe("rrrrrr");
  });

  it("decides the surest pixels first and shows them to the network before the others", async () => {
    const decidedBy: number[] = [];
    const predict: PredictColors = async (coarse, fine, width, height) => {
      const plane = 4 * width * height;
      decidedBy.push(fine.subarray(4 * plane).reduce((sum, value) => sum + value, 0));
      return scoring((index, x, _, isDecided) => {
        if (x < 2) return index === source ? 9 : 0;
        // The right half follows the left one once it can see it, and is unsure before.
        return isDecided(1, 0) ? (index === source - 1 ? 9 : 0) : index === source ? 1 : 0;
      })(coarse, fine, width, height);
    };
    const doubled = await enlarge(picture("rg"), predict, { steps: 3, wraps: false });
    expect(rowsOf(doubled)).toEqual(["rrrr", "rrrr"]);
    // Of eight pixels 1 - cos(30 degrees) and 1 - cos(60 degrees).
    expect(decidedBy).toEqual([0, 1, 4]);
  });

  it("shows a wrapped picture's decided pixels on all sides, so that no edge stays an edge", async () => {
    const wide: boolean[] = [];
    const predict = scoring((index, x, y, isDecided) => {
      if (index === source && x === 16 && y === 16) wide.push(isDecided(16, 16), isDecided(20, 16), isDecided(12, 20));
      return index === source ? (x === 16 && y === 16 ? 9 : 5) : 0;
    });
    await enlarge(picture("rg", "b."), predict, { steps: 2, wraps: true });
    expect(wide).toEqual([false, false, false, true, true, true]);
  });

  it("tells of each round, with a whole picture, and ends when told to", async () => {
    const previews: string[][] = [];
    const run = enlarge(
      picture("rg"),
      scoring((index) => (index === source - 1 ? 5 : 0)),
      {
        steps: 4,
        wraps: false,
        onStep: (step, preview) => {
          previews.push(rowsOf(preview));
          if (step === 2) throw new Error("stop");
        },
      },
    );
    await expect(run).rejects.toThrow("stop");
    expect(previews).toHaveLength(2);
    expect(previews[0].join("")).toMatch(/^[rg]{8}$/);
  });
});
