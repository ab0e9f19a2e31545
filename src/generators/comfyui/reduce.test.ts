import { describe, expect, it } from "vitest";
import { createRaster, type Raster, scaleInteger } from "#pixels";
import { openAxisReaders } from "./axis-readers.ts";
import { canvasFor, finishPicture } from "./picture-size.ts";
import { reduceCells } from "./reduce.ts";
import { takeGround } from "./take-ground.ts";
import { parseRequest } from "#asset";

const colors: Readonly<Record<string, readonly number[]>> = {
  ".": [255, 255, 255, 255],
  R: [200, 30, 30, 255],
  r: [205, 25, 28, 255],
  B: [20, 40, 200, 255],
  " ": [0, 0, 0, 0],
};

function drawn(...rows: readonly string[]): Raster {
  const raster = createRaster(rows[0].length, rows.length);
  rows.forEach((row, y) => [...row].forEach((key, x) => raster.data.set(colors[key], (y * row.length + x) * 4)));
  return raster;
}

describe("reduceCells", () => {
  it("takes of each cell the colour that most of it has, and mixes none", () => {
    expect(reduceCells(drawn("RRBB", "RRBR", "....", "..R."), 2)).toEqual(drawn("RB", ".."));
  });

  it("takes a cell's shades for one colour", () => {
    const { data } = reduceCells(drawn("Rr", "rB"), 2);
    expect([...data]).toEqual([203, 27, 29, 255]);
  });

  it("brings back what was enlarged, pixel for pixel", () => {
    const native = drawn("R.B.", ".RB.", "BBRR", "....");
    for (const factor of [2, 3, 8, 32]) expect(reduceCells(scaleInteger(native, factor), factor)).toEqual(native);
  });
});

describe("takeGround", () => {
  it("clears the ground around a subject, not the like colour inside it", () => {
    expect(takeGround(drawn(".....", ".RRR.", ".R.R.", ".RRR.", "....."))).toEqual(
      drawn("     ", " RRR ", " R.R ", " RRR ", "     "),
    );
  });

  it("leaves a picture without a plain ground alone", () => {
    expect(takeGround(drawn("RBRB", "B..R", "R..B", "BRBR"))).toBeUndefined();
  });
});

describe("canvasFor", () => {
  it.each([
    [32, 1024, 1024],
    [48, 1024, 960],
    [64, 1024, 1024],
    [96, 1024, 960],
    [48, 512, 384],
    [32, 64, 64],
    [48, 64, 192],
  ])("a sprite of %i px is drawn, of at most %i px, at %i", (size, most, canvas) => {
    expect(canvasFor(size, most)).toBe(canvas);
  });
});

describe("finishPicture", () => {
  const readers = openAxisReaders(1);
  const request = (changes: object = {}) => parseRequest({ prompt: "a", seed: 1, size: 32, ...changes });
  const native = (() => {
    const raster = createRaster(32, 32);
    raster.data.fill(255);
    for (let y = 4; y < 28; y++)
      for (let x = 4; x < 28; x++) {
        const shade = ((x * 7 + y * 13) % 5) * 40;
        raster.data.set([shade, 200 - shade, (x * y) % 2 === 0 ? 60 : 180, 255], (y * 32 + x) * 4);
      }
    return raster;
  })();
  const plain = { hasPlainGround: false, isTile: false };

  it("finds the model's own pixels, also where there are several for one of the sprite", async () => {
    for (const factor of [8, 16, 32])
      expect(await finishPicture(scaleInteger(native, factor), request(), plain, readers)).toEqual(native);
  });

  it("takes a workflow's picture that is not square at its middle", async () => {
    const wide = createRaster(300, 256);
    wide.data.fill(255);
    const large = scaleInteger(native, 8);
    for (let y = 0; y < 256; y++) wide.data.set(large.data.subarray(y * 1024, (y + 1) * 1024), (y * 300 + 22) * 4);
    expect(await finishPicture(wide, request(), plain, readers)).toEqual(native);
  });

  it("refuses one that is smaller than the sprite", async () => {
    await expect(finishPicture(createRaster(16, 16), request(), plain, readers)).rejects.toThrow(
      "Cannot make a sprite of 32 px: the workflow gave a picture of 16 x 16; ask for a smaller one",
    );
  });

  it("takes the ground away only where there is one to take", async () => {
    const cut = await finishPicture(scaleInteger(native, 8), request(), { ...plain, hasPlainGround: true }, readers);
    expect(cut.data[3]).toBe(0);
    const opaque = request({ background: "opaque" });
    expect(
      (await finishPicture(scaleInteger(native, 8), opaque, { ...plain, hasPlainGround: true }, readers)).data[3],
    ).toBe(255);
  });
});
