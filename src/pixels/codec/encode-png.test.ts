import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { createRaster, type Raster } from "../raster.ts";
import { decodePng } from "./decode-png.ts";
import { encodePng } from "./encode-png.ts";
import { readPngChunks } from "./png-chunks.ts";
import { readPngHeader } from "./png-header.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff", w: "#ffffff" };

/** Pixels of few or many colours; black under full transparency, as PNGs are written. */
const pictures: fc.Arbitrary<Raster> = fc
  .record({
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 20 }),
    palette: fc.array(fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 255 }))), {
      minLength: 1,
      maxLength: 300,
    }),
  })
  .map(({ width, height, palette }) => {
    const raster = createRaster(width, height);
    for (let index = 0; index < width * height; index++) {
      const pixel = palette[(index * 7 + (index >> 3)) % palette.length];
      if (pixel[3] > 0) raster.data.set(pixel, index * 4);
    }
    return raster;
  });

async function readBySharp(png: Uint8Array): Promise<Raster> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return createRaster(info.width, info.height, Uint8ClampedArray.from(data));
}

function chunksOf(png: Uint8Array): [string, number[]][] {
  return Array.from(readPngChunks(png), ({ type, data }) => [type, [...data]]);
}

describe("encodePng", () => {
  it("writes an indexed picture, the transparent entry first", () => {
    const chunks = chunksOf(encodePng(drawRaster(["rg.", "b.r"], ink)));
    expect(chunks.map(([type]) => type)).toEqual(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
    expect(chunks[0][1]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 2, 3, 0, 0, 0]);
    expect(chunks[1][1]).toEqual([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
    expect(chunks[2][1]).toEqual([0]);
  });

  it("puts texts between the header and the palette, in the order given", () => {
    const text = [
      { keyword: "b", text: "two" },
      { keyword: "a", text: "one" },
    ];
    const chunks = chunksOf(encodePng(drawRaster(["r"], ink), { text }));
    expect(chunks.map(([type]) => type)).toEqual(["IHDR", "iTXt", "iTXt", "PLTE", "IDAT", "IEND"]);
    expect(chunks[1][1]).toEqual([...new TextEncoder().encode("b\0\0\0\0\0two")]);
  });

  it("orders partly transparent entries before opaque ones", () => {
    const soft = createRaster(3, 1, Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 9, 7, 7, 7, 0));
    const chunks = new Map(chunksOf(encodePng(soft)));
    expect(chunks.get("PLTE")).toEqual([0, 0, 0, 4, 5, 6, 1, 2, 3]);
    expect(chunks.get("tRNS")).toEqual([0, 9]);
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 4],
    [16, 4],
    [17, 8],
    [256, 8],
  ])("writes %i colours in %i bits", (colors, bitDepth) => {
    const raster = createRaster(colors, 1);
    for (let index = 0; index < colors; index++) raster.data.set([index, 0, 9, 255], index * 4);
    expect(readPngHeader(encodePng(raster))).toMatchObject({ bitDepth, colorType: "indexed" });
  });

  it("writes more than 256 colours as RGBA", () => {
    const raster = createRaster(257, 1);
    for (let index = 0; index < 256; index++) raster.data.set([index, 0, 9, 255], index * 4);
    const png = encodePng(raster);
    expect(readPngHeader(png)).toMatchObject({ bitDepth: 8, colorType: "rgba" });
    expect(decodePng(png)).toEqual(raster);
  });

  it("gives equal bytes for equal pixels, whatever the colour under full transparency", () => {
    const hidden = createRaster(2, 1, Uint8ClampedArray.of(9, 9, 9, 0, 1, 1, 1, 255));
    const plain = createRaster(2, 1, Uint8ClampedArray.of(0, 0, 0, 0, 1, 1, 1, 255));
    expect(encodePng(hidden)).toEqual(encodePng(plain));
  });

  it("gives back any pixels through decodePng", () => {
    fc.assert(
      fc.property(pictures, (raster) => {
        expect(decodePng(encodePng(raster))).toEqual(raster);
      }),
    );
  });

  it("gives back any pixels through an independent decoder", async () => {
    await fc.assert(
      fc.asyncProperty(pictures, async (raster) => {
        expect(await readBySharp(encodePng(raster))).toEqual(raster);
      }),
      { numRuns: 60 },
    );
  });
});
