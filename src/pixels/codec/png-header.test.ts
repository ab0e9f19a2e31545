import { describe, expect, it } from "vitest";
import { makePngChunk, pngSignature } from "./png-chunks.ts";
import { buildPng, pngOfChunks } from "./png-fixtures.ts";
import { readPngHeader } from "./png-header.ts";

const grey = { width: 2, height: 1, bitDepth: 8, colorType: 0, rows: [0, 1, 2] } as const;

describe("readPngHeader", () => {
  it.each([
    [0, 1, "grayscale"],
    [2, 8, "rgb"],
    [3, 4, "indexed"],
    [4, 16, "grayscale-alpha"],
    [6, 8, "rgba"],
  ] as const)("reads colour type %i with %i bits", (colorType, bitDepth, name) => {
    expect(readPngHeader(buildPng({ ...grey, width: 300, height: 70_000, colorType, bitDepth, interlace: 1 }))).toEqual(
      {
        width: 300,
        height: 70_000,
        bitDepth,
        colorType: name,
        interlaced: true,
        frames: 1,
      },
    );
  });

  it("reads the number of frames", () => {
    const animated = buildPng({ ...grey, before: [["acTL", [0, 0, 1, 2, 0, 0, 0, 0]]] });
    expect(readPngHeader(animated)).toMatchObject({ interlaced: false, frames: 258 });
  });

  it("needs nothing beyond the first chunk of pixels", () => {
    const png = buildPng(grey);
    expect(readPngHeader(png.subarray(0, png.length - 12))).toMatchObject({ width: 2 });
  });

  it.each([
    ["no width", { ...grey, width: 0 }, "its header says 0 x 1 pixels"],
    ["no height", { ...grey, height: 0 }, "its header says 2 x 0 pixels"],
    ["a width beyond 31 bits", { ...grey, width: 0x80000000 }, "its header says 2147483648 x 1 pixels"],
    ["a height beyond 31 bits", { ...grey, height: 0x80000000 }, "its header says 2 x 2147483648 pixels"],
    ["an unknown colour type", { ...grey, colorType: 5 }, "its header says color type 5 with 8 bits"],
    [
      "bits that the type does not have",
      { ...grey, colorType: 2, bitDepth: 4 },
      "its header says color type 2 with 4 bits",
    ],
    ["an unknown interlacing", { ...grey, interlace: 2 }, "its header asks for compression 0, filter 0, interlace 2"],
    ["a short acTL", { ...grey, before: [["acTL", [0]]] }, "its chunk acTL has 1 bytes, not 8"],
  ] as const)("refuses %s", (_, parts, what) => {
    expect(() => readPngHeader(buildPng(parts))).toThrow(`Cannot read PNG: ${what}; the file is damaged, get it anew`);
  });

  it("refuses unknown compression and filter methods", () => {
    const header = (compression: number, filter: number) =>
      pngOfChunks([["IHDR", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, compression, filter, 0)]]);
    expect(() => readPngHeader(header(1, 0))).toThrow("compression 1, filter 0");
    expect(() => readPngHeader(header(0, 1))).toThrow("compression 0, filter 1");
  });

  it("refuses a file without pixels", () => {
    const bare = Uint8Array.of(
      ...pngSignature,
      ...makePngChunk("IHDR", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)),
      ...makePngChunk("IEND", new Uint8Array(0)),
    );
    expect(() => readPngHeader(bare)).toThrow("it has no pixels (no chunk IDAT)");
  });
});
