import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readPicture } from "#files";
import { pngAround, pngOf } from "./double/write-png.ts";
import { readStoredPng } from "./stored-png.ts";

/** Different bytes everywhere, and a filter at the start of each row: none. */
function rowsOf(width: number, height: number): Uint8Array {
  const rows = new Uint8Array(height * (1 + width * 3));
  for (let at = 0; at < rows.length; at++) rows[at] = at % (1 + width * 3) === 0 ? 0 : (at * 31) >> 2;
  return rows;
}

describe("a PNG of stored RGB", () => {
  test("gives its pixels, opaque", () => {
    const rows = Uint8Array.of(0, 1, 2, 3, 250, 251, 252, 0, 9, 8, 7, 0, 0, 0);
    const raster = readStoredPng(pngOf({ width: 2, height: 2, rows }));
    expect(raster).toEqual({
      width: 2,
      height: 2,
      data: Uint8ClampedArray.of(1, 2, 3, 255, 250, 251, 252, 255, 9, 8, 7, 255, 0, 0, 0, 255),
    });
  });

  test.each([
    [5, 3],
    [7, 3],
    [300, 200],
    // A row is wider than a block can be.
    [30_000, 3],
  ])("of %i x %i is read as any decoder reads it", async (width, height) => {
    const png = pngOf({ width, height, rows: rowsOf(width, height) });
    const { data } = await readPicture(png);
    const stored = readStoredPng(png);
    expect([stored?.width, stored?.height]).toEqual([width, height]);
    expect(Buffer.from(stored?.data ?? []).equals(Buffer.from(data))).toBe(true);
  });

  test("may lie anywhere in its buffer", () => {
    const png = pngOf({ width: 3, height: 2, rows: rowsOf(3, 2) });
    const shifted = new Uint8Array(png.length + 3).subarray(3);
    shifted.set(png);
    expect(readStoredPng(shifted)).toEqual(readStoredPng(png));
  });

  test("may end with an empty block", () => {
    const rows = Uint8Array.of(0, 1, 2, 3);
    const content = Uint8Array.of(0, 4, 0, 0xfb, 0xff, ...rows, 1, 0, 0, 0xff, 0xff);
    const stream = Uint8Array.of(0x78, 0x01, ...content, 0, 0, 0, 0);
    expect(readStoredPng(pngAround(1, 1, stream))?.data).toEqual(Uint8ClampedArray.of(1, 2, 3, 255));
  });
});

describe("is left to others", () => {
  const rows = rowsOf(8, 8);
  const png = pngOf({ width: 8, height: 8, rows });

  test("what is compressed, filtered or of another colour type", () => {
    const filtered = rows.slice();
    filtered[25] = 2;
    expect(readStoredPng(pngOf({ width: 8, height: 8, rows, level: 6 }))).toBeUndefined();
    expect(readStoredPng(pngOf({ width: 8, height: 8, rows: filtered }))).toBeUndefined();
    expect(readStoredPng(pngOf({ width: 6, height: 8, rows, colorType: 6 }))).toBeUndefined();
    expect(readStoredPng(new Uint8Array(0))).toBeUndefined();
  });

  test("a size that the bytes do not have", () => {
    for (const [width, height] of [
      [8, 7],
      [8, 9],
      [7, 8],
      [0, 8],
      [8, 0],
      [0x7fffffff, 0x7fffffff],
    ])
      expect(readStoredPng(pngAround(width, height, deflateSync(rows, { level: 0 })))).toBeUndefined();
  });

  test("what is cut off anywhere, or longer", () => {
    for (let length = 0; length < png.length; length++) expect(readStoredPng(png.subarray(0, length))).toBeUndefined();
    expect(readStoredPng(Buffer.concat([png, Buffer.of(0)]))).toBeUndefined();
  });

  test("a picture with any byte changed", () => {
    for (let at = 0; at < png.length; at++) {
      const damaged = Uint8Array.from(png);
      damaged[at] ^= 1 + (at % 255);
      expect([at, readStoredPng(damaged)]).toEqual([at, undefined]);
    }
  });
});
