import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import { fitSource } from "./source-picture.ts";

/** A raster from rows of characters: each character is the red of an opaque pixel, "." is transparent. */
function picture(...rows: readonly string[]): Raster {
  const raster = createRaster(rows[0].length, rows.length);
  for (const [y, row] of rows.entries())
    for (const [x, character] of [...row].entries())
      if (character !== ".") raster.data.set([character.charCodeAt(0), 0, 0, 255], (y * raster.width + x) * 4);
  return raster;
}

function rows({ width, height, data }: Raster): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = (y * width + x) * 4;
      return data[at + 3] === 0 ? "." : String.fromCharCode(data[at]);
    }).join(""),
  );
}

describe("fitSource", () => {
  it("leaves a picture of the right size as it is", () => {
    const source = picture("ab", "cd");
    expect(fitSource(source, 2, "a.png")).toBe(source);
  });

  it("centres a smaller picture on transparency", () => {
    expect(rows(fitSource(picture("ab", "cd"), 4, "a.png"))).toEqual(["....", ".ab.", ".cd.", "...."]);
  });

  it("brings back a picture that was enlarged by a whole factor", () => {
    const enlarged = picture("aaabbb", "aaabbb", "aaabbb", "cccddd", "cccddd", "cccddd");
    expect(rows(fitSource(enlarged, 2, "a.png"))).toEqual(["ab", "cd"]);
  });

  it("keeps a mask of one colour, of its size or enlarged, whole", () => {
    const white = (side: number) => createRaster(side, side, new Uint8ClampedArray(side * side * 4).fill(255));
    expect(fitSource(white(8), 8, "mask.png")).toEqual(white(8));
    expect(fitSource(white(24), 8, "mask.png")).toEqual(white(8));
  });

  it("brings back a picture that was enlarged by no whole factor", () => {
    const native = createRaster(20, 20);
    for (let at = 0; at < native.data.length; at++) native.data[at] = at % 4 === 3 ? 255 : (at * at * 31) % 251;
    const side = 130;
    const enlarged = createRaster(side, side);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const from = (Math.floor((y * 20) / side) * 20 + Math.floor((x * 20) / side)) * 4;
        enlarged.data.set(native.data.subarray(from, from + 4), (y * side + x) * 4);
      }
    expect(fitSource(enlarged, 20, "a.png")).toEqual(native);
  });

  it("refuses a larger picture that is no enlargement", () => {
    const larger = picture("abc", "def", "ghi");
    expect(() => fitSource(larger, 2, "a.png")).toThrow("Cannot start from a.png: it is 3 x 3 px");
  });
});
