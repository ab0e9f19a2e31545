import { deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { PixelsError } from "../pixels-error.ts";
import { createRaster } from "../raster.ts";
import { decodePng } from "./decode-png.ts";
import { encodePng } from "./encode-png.ts";
import { makePngChunk, pngSignature, readPngChunks } from "./png-chunks.ts";
import { buildPng, type PngParts, pngOfChunks } from "./png-fixtures.ts";
import { readPngHeader } from "./png-header.ts";
import { readPngText, replacePngText } from "./png-text.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const small = encodePng(drawRaster(["rg.", "b.r", "gg."], ink), { text: [{ keyword: "note", text: "flag" }] });

/** Smooth in one half and noisy in the other, so that encoders use every filter. */
function photograph(width: number, height: number, channels: number): Buffer {
  const bytes = Buffer.alloc(width * height * channels);
  let state = 3;
  for (let index = 0; index < bytes.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const x = Math.floor(index / channels) % width;
    const y = Math.floor(index / channels / width);
    bytes[index] = y < height / 2 ? x * 5 + y * 3 + (index % channels) * 40 : state >>> 24;
  }
  return bytes;
}

async function rgbaBySharp(png: Uint8Array): Promise<number[]> {
  return [...(await sharp(png).ensureAlpha().toColourspace("srgb").raw().toBuffer())];
}

describe("decodePng", () => {
  describe.each([
    ["RGBA", 4],
    ["RGB", 3],
    ["grey and alpha", 2],
    ["grey", 1],
  ] as const)("of %s", (_, channels) => {
    it.each([
      ["plain", { adaptiveFiltering: false, progressive: false }],
      ["filtered", { adaptiveFiltering: true, progressive: false }],
      ["interlaced", { adaptiveFiltering: true, progressive: true }],
    ])("reads what libpng wrote, %s", async (_, options) => {
      for (const [width, height] of [
        [37, 29],
        [3, 5],
        [1, 1],
      ]) {
        const raw = sharp(photograph(width, height, channels), { raw: { width, height, channels } });
        const png = await (channels < 3 ? raw.toColourspace("b-w") : raw).png(options).toBuffer();
        const decoded = decodePng(png);
        expect(decoded).toMatchObject({ width, height });
        expect([...decoded.data]).toEqual(await rgbaBySharp(png));
      }
    });
  });

  it("reads indexed pictures of libimagequant", async () => {
    const raw = sharp(photograph(30, 30, 4), { raw: { width: 30, height: 30, channels: 4 } });
    const png = await raw.png({ palette: true, colors: 13, progressive: true }).toBuffer();
    expect(readPngHeader(png)).toMatchObject({ colorType: "indexed", interlaced: true });
    expect([...decodePng(png).data]).toEqual(await rgbaBySharp(png));
  });

  describe("by hand", () => {
    const cases: readonly (readonly [string, PngParts, readonly number[]])[] = [
      [
        "1-bit grey",
        { width: 9, height: 1, bitDepth: 1, colorType: 0, rows: [0, 0b10100000, 0b10000000] },
        [255, 0, 255, 0, 0, 0, 0, 0, 255].flatMap((grey) => [grey, grey, grey, 255]),
      ],
      [
        "2-bit grey with a transparent one",
        { width: 4, height: 1, bitDepth: 2, colorType: 0, before: [["tRNS", [0, 2]]], rows: [0, 0b00011011] },
        [0, 0, 0, 255, 85, 85, 85, 255, 170, 170, 170, 0, 255, 255, 255, 255],
      ],
      [
        "4-bit grey",
        { width: 3, height: 1, bitDepth: 4, colorType: 0, rows: [0, 0x0f, 0x80] },
        [0, 0, 0, 255, 255, 255, 255, 255, 136, 136, 136, 255],
      ],
      [
        "RGB with a transparent colour",
        {
          width: 2,
          height: 1,
          bitDepth: 8,
          colorType: 2,
          before: [["tRNS", [0, 1, 0, 2, 0, 3]]],
          rows: [0, 1, 2, 3, 1, 2, 4],
        },
        [1, 2, 3, 0, 1, 2, 4, 255],
      ],
      [
        "indexed with fewer alphas than colours",
        {
          width: 3,
          height: 1,
          bitDepth: 2,
          colorType: 3,
          before: [
            ["PLTE", [1, 1, 1, 2, 2, 2, 3, 3, 3]],
            ["tRNS", [0, 7]],
          ],
          rows: [0, 0b00011000],
        },
        [1, 1, 1, 0, 2, 2, 2, 7, 3, 3, 3, 255],
      ],
      [
        "each filter",
        {
          width: 2,
          height: 5,
          bitDepth: 8,
          colorType: 0,
          rows: [0, 10, 20, 1, 10, 20, 2, 10, 20, 3, 10, 20, 4, 10, 20],
        },
        [10, 20, 10, 30, 20, 50, 20, 55, 30, 75].flatMap((grey) => [grey, grey, grey, 255]),
      ],
    ];

    it.each(cases)("reads %s", async (_, parts, expected) => {
      const png = buildPng(parts);
      expect([...decodePng(png).data]).toEqual(expected);
      expect(await rgbaBySharp(png)).toEqual(expected);
    });
  });

  it("joins pixels from many chunks and skips unknown ones", () => {
    const [, header, text, palette, alpha, pixels, end] = [
      0,
      ...Array.from(readPngChunks(small), ({ type, data }) => [type, data] as const),
    ];
    const split = pixels as readonly [string, Uint8Array];
    const parts = [
      header,
      text,
      palette,
      alpha,
      ["juNk", new Uint8Array(3)],
      ["IDAT", split[1].subarray(0, 5)],
      ["IDAT", new Uint8Array(0)],
      ["IDAT", split[1].subarray(5)],
      end,
    ];
    expect(decodePng(pngOfChunks(parts as [string, Uint8Array][]))).toEqual(decodePng(small));
  });

  it("ignores what follows the end", () => {
    expect(decodePng(Uint8Array.of(...small, 1, 2, 3))).toEqual(decodePng(small));
  });

  it("reads a view on part of a larger buffer", () => {
    const bytes = new Uint8Array(small.length + 9);
    bytes.set(small, 5);
    expect(decodePng(bytes.subarray(5, 5 + small.length))).toEqual(decodePng(small));
  });

  describe("refuses", () => {
    const grey = { width: 2, height: 1, bitDepth: 8, colorType: 0, rows: [0, 1, 2] } as const;

    it.each([
      ["a wrong length of pixels", { ...grey, rows: [0, 1] }, "it holds 2 bytes of pixels, not the 3 its header says"],
      [
        "too many pixels",
        { ...grey, rows: [0, 1, 2, 3] },
        "it holds more than the 3 bytes of pixels that its header says",
      ],
      ["an unknown filter", { ...grey, rows: [5, 1, 2] }, "it uses the unknown filter 5"],
      ["an indexed picture without palette", { ...grey, colorType: 3 }, "it has no palette (no chunk PLTE)"],
      [
        "an index beyond the palette",
        { ...grey, colorType: 3, before: [["PLTE", [1, 1, 1, 2, 2, 2]]] },
        "a pixel has color 2 of a palette of 2",
      ],
    ] as const)("%s", (_, parts, what) => {
      expect(() => decodePng(buildPng(parts as PngParts))).toThrow(
        expect.objectContaining({
          code: "invalid-png",
          message: `Cannot read PNG: ${what}; the file is damaged, get it anew`,
        }),
      );
    });

    it("16 bits a channel", () => {
      expect(() => decodePng(buildPng({ ...grey, bitDepth: 16, rows: [0, 1, 2, 3, 4] }))).toThrow(
        expect.objectContaining({
          message: "Cannot read PNG: it has 16 bits a channel; save it with 8",
          details: { code: "unsupported-png", feature: "16-bit" },
        }),
      );
    });

    it("animations of more than one frame", () => {
      const animated = (frames: number) => buildPng({ ...grey, before: [["acTL", [0, 0, 0, frames, 0, 0, 0, 0]]] });
      expect(() => decodePng(animated(3))).toThrow(
        "Cannot read PNG: it is animated, with 3 frames; save the one you want by itself",
      );
      expect(decodePng(animated(1))).toMatchObject({ width: 2, height: 1 });
    });

    it("more pixels than allowed, before taking memory for them", () => {
      const huge = buildPng({ ...grey, width: 30_000, height: 30_000 });
      expect(() => decodePng(huge)).toThrow(
        expect.objectContaining({
          code: "picture-too-large",
          message:
            "Cannot read PNG: it is 30000 x 30000 pixels, more than the 16777216 allowed; give a smaller picture",
        }),
      );
      expect(() => decodePng(small, { maxPixels: 8 })).toThrow("more than the 8 allowed");
      expect(decodePng(small, { maxPixels: 9 })).toMatchObject({ width: 3, height: 3 });
    });

    it("pixels that unpack to far more than the header says, without unpacking them all", () => {
      // Cut off, which only a reader that goes on to the end can notice.
      const endless = deflateSync(new Uint8Array(64 * 1024 * 1024)).subarray(0, 16 * 1024);
      const bomb = pngOfChunks(
        Array.from(readPngChunks(buildPng(grey)), ({ type, data }) => [type, type === "IDAT" ? endless : data]),
      );
      expect(() => decodePng(bomb)).toThrow("it holds more than the 3 bytes");
    });

    it("pixels that cannot be unpacked", () => {
      const broken = (data: Uint8Array) =>
        pngOfChunks(
          Array.from(readPngChunks(buildPng(grey)), (chunk) => [chunk.type, chunk.type === "IDAT" ? data : chunk.data]),
        );
      for (const data of [
        new Uint8Array(0),
        Uint8Array.of(0x78),
        Uint8Array.of(1, 2, 3, 4, 5, 6, 7),
        Uint8Array.of(0x78, 0x9c, 7, 7, 7, 7, 7, 7),
      ]) {
        expect(() => decodePng(broken(data))).toThrow("Cannot read PNG: its pixels cannot be decompressed");
      }
    });
  });
});

describe("damaged files", () => {
  const readers = { decodePng, readPngHeader, readPngText, replace: (png: Uint8Array) => replacePngText(png, []) };
  const damaged = expect.objectContaining({ name: "PixelsError", code: "invalid-png" });

  it("are refused wherever they are cut off", () => {
    for (let length = 0; length < small.length; length++) {
      const cut = small.subarray(0, length);
      for (const reader of [decodePng, readPngText, readers.replace]) {
        expect(() => reader(cut)).toThrow(damaged);
        expect(() => reader(cut)).toThrow(
          /^Cannot read PNG: it ends after \d+ bytes of at least \d+; the file is cut off/,
        );
      }
    }
  });

  it("are refused whichever bit is wrong", () => {
    for (let bit = 0; bit < small.length * 8; bit++) {
      const flipped = Uint8Array.from(small);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      expect(() => decodePng(flipped)).toThrow(damaged);
      expect(() => readPngText(flipped)).toThrow(damaged);
    }
  });

  it("never cause another error, even with right checksums", () => {
    const chunks = Array.from(readPngChunks(small), ({ type, data }) => [type, data] as const);
    fc.assert(
      fc.property(
        fc.nat({ max: chunks.length - 1 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 6 }),
        fc.nat({ max: 6 }),
        (which, at, inserted, removed) => {
          const forged = pngOfChunks(
            chunks.map(([type, data], index) => {
              const place = at % (data.length + 1);
              const changed = [...data.subarray(0, place), ...inserted, ...data.subarray(place + removed)];
              return [type, index === which ? Uint8Array.from(changed) : data];
            }),
          );
          for (const reader of Object.values(readers)) {
            try {
              reader(forged);
            } catch (error) {
              if (!(error instanceof PixelsError)) throw error;
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("that are no PNG are named by their first bytes", () => {
    expect(() => decodePng(new TextEncoder().encode("GIF89a and more"))).toThrow(
      "Cannot read PNG: it starts with the bytes 47 49 46 38 39 61 20 61, as no PNG does; give a PNG file",
    );
  });

  it("are refused when their chunks are out of order or have no name", () => {
    const header = new Uint8Array(13);
    expect(() => decodePng(pngOfChunks([["IDAT", header]]))).toThrow("its first chunk is IDAT, not IHDR");
    expect(() => decodePng(pngOfChunks([["IH R", header]]))).toThrow(
      "what should be a chunk's name at byte 12 is none",
    );
    const unfinished = Uint8Array.of(
      ...pngSignature,
      ...makePngChunk("IHDR", createRaster(1, 1).data as unknown as Uint8Array),
    );
    expect(() => decodePng(unfinished)).toThrow("its header has 4 bytes, not 13");
  });
});
