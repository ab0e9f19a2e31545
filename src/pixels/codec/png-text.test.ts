import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRaster } from "../raster.ts";
import { decodePng } from "./decode-png.ts";
import { encodePng } from "./encode-png.ts";
import { readPngChunks } from "./png-chunks.ts";
import { buildPng } from "./png-fixtures.ts";
import { type PngText, readPngText, replacePngText } from "./png-text.ts";

const pixel = createRaster(1, 1, Uint8ClampedArray.of(1, 2, 3, 255));

function withChunks(...before: [string, ArrayLike<number>][]): Uint8Array {
  return buildPng({ width: 1, height: 1, bitDepth: 8, colorType: 0, before, rows: [0, 0] });
}

function latin1(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

const keywords = fc.stringMatching(/^[!-~¡-ÿ]( ?[!-~¡-ÿ]){0,20}$/);
const texts: fc.Arbitrary<PngText[]> = fc.array(
  fc.record({
    keyword: keywords,
    text: fc
      .string({ unit: "grapheme", maxLength: 4000, size: "max" })
      .map((text) => text.replaceAll("\0", "").toWellFormed()),
  }),
  { maxLength: 4 },
);

describe("readPngText", () => {
  it("gives back what was written, short or long, in any script", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const png = encodePng(pixel, { text });
        expect(readPngText(png)).toEqual(text);
        expect(decodePng(png)).toEqual(pixel);
      }),
      { numRuns: 50 },
    );
  });

  it("leaves short text readable in the file and compresses long", () => {
    const stored = new TextDecoder("latin1").decode(encodePng(pixel, { text: [{ keyword: "k", text: "seed 7" }] }));
    expect(stored).toContain("iTXtk\0\0\0\0\0seed 7");
    const long = "0123456789".repeat(1000);
    expect(encodePng(pixel, { text: [{ keyword: "k", text: long }] }).length).toBeLessThan(400);
  });

  it("reads tEXt, zTXt and iTXt in the file's order", () => {
    const png = withChunks(
      ["tEXt", latin1("Title\0Grüße")],
      ["zTXt", [...latin1("Zip\0\0"), ...deflateSync(Uint8Array.from(latin1("squeezed é")))]],
      ["iTXt", [...latin1("Lang\0\0\0de\0Titel\0"), ...new TextEncoder().encode("\uFEFF雪")]],
      ["iTXt", [...latin1("Both\0\x01\0\0\0"), ...deflateSync(new TextEncoder().encode("雪雪"))]],
    );
    expect(readPngText(png)).toEqual([
      { keyword: "Title", text: "Grüße" },
      { keyword: "Zip", text: "squeezed é" },
      { keyword: "Lang", text: "\uFEFF雪" },
      { keyword: "Both", text: "雪雪" },
    ]);
  });

  it.each([
    ["tEXt", "no end"],
    ["iTXt", "keyword\0\0\0no end"],
    ["iTXt", "keyword\0\0\0en\0no end"],
  ])("refuses a %s chunk that lacks the end of a string", (type, data) => {
    expect(() => readPngText(withChunks([type, latin1(data)]))).toThrow(
      `Cannot read PNG: a chunk ${type} lacks the end of one of its strings`,
    );
  });

  it("refuses text that cannot be unpacked", () => {
    expect(() => readPngText(withChunks(["zTXt", latin1("Zip\0\0nonsense")]))).toThrow(
      'Cannot read PNG: its text "Zip" cannot be decompressed',
    );
  });

  it("refuses more than 4 MiB of text in all, packed or not", () => {
    const packed = [...deflateSync(new Uint8Array(3 * 1024 * 1024).fill(65))];
    const one: [string, ArrayLike<number>] = ["zTXt", [...latin1("big\0\0"), ...packed]];
    expect(readPngText(withChunks(one))[0].text).toHaveLength(3 * 1024 * 1024);
    const message = 'Cannot read PNG: its text is longer than 4194304 bytes (at "big"); remove that text';
    expect(() => readPngText(withChunks(one, one))).toThrow(message);
    const plain = new Uint8Array(4 * 1024 * 1024 + 5).fill(65);
    plain.set(latin1("big\0"));
    expect(() => readPngText(withChunks(["tEXt", plain]))).toThrow(message);
  });
});

describe("replacePngText", () => {
  const original = withChunks(
    ["tEXt", latin1("a\0one")],
    ["gAMA", [0, 0, 177, 143]],
    ["iTXt", latin1("b\0\0\0\0\0two")],
  );

  it("puts the texts in place of those there and keeps every other chunk", () => {
    const changed = replacePngText(original, [{ keyword: "c", text: "three" }]);
    expect(readPngText(changed)).toEqual([{ keyword: "c", text: "three" }]);
    expect(Array.from(readPngChunks(changed), ({ type }) => type)).toEqual(["IHDR", "iTXt", "gAMA", "IDAT", "IEND"]);
    expect(decodePng(changed)).toEqual(decodePng(original));
  });

  it("removes all text when given none, to the bytes of a file that had none", () => {
    expect(replacePngText(original, [])).toEqual(withChunks(["gAMA", [0, 0, 177, 143]]));
  });

  it("keeps what follows the end", () => {
    expect([...replacePngText(Uint8Array.of(...original, 7, 8), []).slice(-2)]).toEqual([7, 8]);
  });
});

describe("writing text", () => {
  it.each(["", " a", "a ", "a  b", "a\0b", "雪", "a\u00a0b", "x".repeat(80)])("refuses the keyword %j", (keyword) => {
    expect(() => encodePng(pixel, { text: [{ keyword, text: "" }] })).toThrow(
      expect.objectContaining({ code: "invalid-argument", message: expect.stringContaining(JSON.stringify(keyword)) }),
    );
  });

  it("takes the longest keyword", () => {
    const text = [{ keyword: "x".repeat(79), text: "" }];
    expect(readPngText(encodePng(pixel, { text }))).toEqual(text);
  });

  it("refuses NUL in a text", () => {
    expect(() => encodePng(pixel, { text: [{ keyword: "k", text: "a\0b" }] })).toThrow(
      'Cannot write PNG text "k": it holds the character NUL; remove it',
    );
  });
});
