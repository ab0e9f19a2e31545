import Aseprite from "ase-parser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Animation } from "../animate/animation.ts";
import { drawRaster } from "../draw-raster.ts";
import { createRaster, type Raster } from "../raster.ts";
import { animationOfSeed } from "./animation-fixtures.ts";
import type { AsepriteDocument } from "./aseprite-document.ts";
import { asepriteOfAnimation } from "./aseprite-of-animation.ts";
import { decodeAseprite } from "./decode-aseprite.ts";
import { encodeAseprite } from "./encode-aseprite.ts";
import { flattenAseprite } from "./flatten-aseprite.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const hop: Animation = {
  frames: [drawRaster(["..", "rg"], ink), drawRaster(["rg", ".."], ink), drawRaster(["..", "rg"], ink)],
  durationsMs: [100, 83, 250],
  tags: [
    { name: "hop", from: 0, to: 1, direction: "pingpong", plays: 0 },
    { name: "über", from: 2, to: 2, direction: "reverse", plays: 3 },
  ],
};

function parse(bytes: Uint8Array): Aseprite {
  const parsed = new Aseprite(Buffer.from(bytes), "test.aseprite");
  parsed.parse();
  return parsed;
}

/** The frames as the independent parser's cels and palette give them. */
function framesOf({ width, height, frames, palette, colorDepth }: Aseprite): Raster[] {
  return frames.map(({ cels }) => {
    const raster = createRaster(width, height);
    for (const { xpos, ypos, w, h, rawCelData } of cels)
      for (let pixel = 0; pixel < w * h; pixel++) {
        const at = ((ypos + Math.floor(pixel / w)) * width + xpos + (pixel % w)) * 4;
        if (colorDepth === 32) raster.data.set(rawCelData.subarray(pixel * 4, pixel * 4 + 4), at);
        else if (rawCelData[pixel] !== palette.index) {
          const { red, green, blue, alpha } = palette.colors[rawCelData[pixel]];
          raster.data.set([red, green, blue, alpha], at);
        }
      }
    return raster;
  });
}

describe("encodeAseprite", () => {
  it("writes an indexed file that an independent parser reads: frames, durations, tags, palette", () => {
    const bytes = encodeAseprite(asepriteOfAnimation(hop));
    const parsed = parse(bytes);
    expect(parsed).toMatchObject({ width: 2, height: 2, numFrames: 3, colorDepth: 8, numColors: 3, pixelRatio: "1:1" });
    expect(parsed.fileSize).toBe(bytes.length);
    expect(framesOf(parsed)).toEqual(hop.frames);
    expect(parsed.frames.map(({ frameDuration }) => frameDuration)).toEqual([100, 83, 250]);
    expect(parsed.tags).toMatchObject([
      { name: "hop", from: 0, to: 1, animDirection: "Ping-pong", repeat: 0 },
      { name: "über", from: 2, to: 2, animDirection: "Reverse", repeat: 3 },
    ]);
    expect(parsed.palette.colors.map(({ red, green, blue, alpha }) => [red, green, blue, alpha])).toEqual([
      [0, 0, 0, 0],
      [255, 0, 0, 255],
      [0, 255, 0, 255],
    ]);
    expect(parsed.layers).toMatchObject([{ name: "sprite", type: 0, opacity: 255, flags: { visible: true } }]);
    expect(parsed.colorProfile.type).toBe("sRGB");
  });

  it("cuts cels to what is visible, and links a repeated one", () => {
    const cels = parse(encodeAseprite(asepriteOfAnimation(hop))).frames.flatMap(({ cels }) => cels);
    expect(cels).toMatchObject([
      { celType: 2, xpos: 0, ypos: 1, w: 2, h: 1 },
      { celType: 2, xpos: 0, ypos: 0, w: 2, h: 1 },
      { celType: 1, link: 0 },
    ]);
  });

  it("keeps a palette's order and its unused colours", () => {
    const { palette } = asepriteOfAnimation(hop, { palette: [0x0000ff, 0x00ff00] });
    expect(palette).toEqual([0, 0x0000ffff, 0x00ff00ff, 0xff0000ff]);
  });

  it("writes RGBA for partial alpha and for more than 255 colours", () => {
    const soft = createRaster(1, 1, Uint8ClampedArray.of(1, 2, 3, 77));
    const many = createRaster(256, 1);
    for (let index = 0; index < 256; index++) many.data.set([index, 0, 9, 255], index * 4);
    for (const frame of [soft, many]) {
      const parsed = parse(encodeAseprite(asepriteOfAnimation({ frames: [frame], durationsMs: [100] })));
      expect(parsed.colorDepth).toBe(32);
      expect(framesOf(parsed)).toEqual([frame]);
    }
  });

  it("refuses what an indexed file cannot hold", () => {
    const document = asepriteOfAnimation(hop);
    expect(() => encodeAseprite({ ...document, palette: [0, 0xff0000ff] })).toThrow(
      "Cannot write the color #00ff00ff into an indexed .aseprite file",
    );
    expect(() => encodeAseprite({ ...document, palette: [] })).toThrow("with a palette of 0 colors");
    expect(() => encodeAseprite({ ...document, durationsMs: [100] })).toThrow("Cannot use the tag");
    expect(() => encodeAseprite({ ...document, durationsMs: [100], tags: [] })).toThrow(
      "of 3 cels: there are 1 frames",
    );
    expect(() => encodeAseprite({ ...document, width: 65536 })).toThrow("65535 at most on a side");
  });

  it("gives back any animation, through an independent parser too", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, isSoft) => {
        const animation = animationOfSeed(seed, { colors: isSoft ? 300 : 60, isSoft });
        const bytes = encodeAseprite(asepriteOfAnimation(animation));
        expect(framesOf(parse(bytes))).toEqual(animation.frames);
        expect(flattenAseprite(decodeAseprite(bytes))).toEqual(animation);
      }),
    );
  });
});

const pixel = (...rgba: number[]) => createRaster(1, 1, Uint8ClampedArray.from(rgba));
const red = pixel(255, 0, 0, 255);
const blue = pixel(0, 0, 255, 255);

describe("decodeAseprite", () => {
  it("gives back layers, places, opacities and visibility", () => {
    const document: AsepriteDocument = {
      width: 3,
      height: 2,
      durationsMs: [40, 50],
      layers: [
        {
          name: "body",
          isVisible: true,
          opacity: 128,
          cels: [{ x: -1, y: 1, opacity: 77, raster: drawRaster(["rg"], ink) }, undefined],
        },
        {
          name: "notes",
          isVisible: false,
          opacity: 255,
          cels: [undefined, { x: 2, y: 0, opacity: 255, raster: blue }],
        },
      ],
      tags: [],
      palette: [0xff0000ff, 0x11223344],
      isIndexed: false,
    };
    expect(decodeAseprite(encodeAseprite(document))).toEqual(document);
  });

  it("reads a file that Aseprite saved", async () => {
    const { readFile } = await import("node:fs/promises");
    const bytes = await readFile(new URL("../../../node_modules/ase-parser/indexed.aseprite", import.meta.url));
    const document = decodeAseprite(bytes);
    expect(document.isIndexed).toBe(true);
    expect(flattenAseprite(document).frames).toEqual(framesOf(parse(bytes)));
  });

  it("reads grey pixels, old palettes and entries with names", () => {
    const cel = (depth: number, pixels: number[]) =>
      [
        0x2005,
        [...u16(0), ...u16(0), ...u16(0), 255, ...u16(0), ...zeros(7), ...u16(1), ...u16(1), ...pixels],
        depth,
      ] as const;
    const [grey, ...greyPixel] = cel(16, [90, 200]);
    expect(firstPixel(fileOf(16, [layerChunk(), [grey, greyPixel[0]]]))).toEqual([90, 90, 90, 200]);
    const [type, one] = cel(8, [1]);
    const sixBit = [...u16(1), 1, 1, 63, 0, 32];
    expect(firstPixel(fileOf(8, [[0x0011, sixBit], layerChunk(), [type, one]]))).toEqual([255, 0, 130, 255]);
    const eightBit = [...u16(1), 0, 2, 9, 9, 9, 1, 2, 3];
    expect(firstPixel(fileOf(8, [[0x0004, eightBit], layerChunk(), [type, one]]))).toEqual([1, 2, 3, 255]);
    const named = [
      ...u32(2),
      ...u32(0),
      ...u32(1),
      ...zeros(8),
      ...u16(1),
      0,
      0,
      0,
      0,
      ...text("ink"),
      ...u16(0),
      4,
      5,
      6,
      255,
    ];
    expect(firstPixel(fileOf(8, [[0x2019, named], [0x0004, eightBit], layerChunk(), [type, one]]))).toEqual([
      4, 5, 6, 255,
    ]);
  });

  it("hides what lies in a hidden group, and passes over what it does not know", () => {
    const cel = [...u16(1), ...u16(0), ...u16(0), 255, ...u16(0), ...zeros(7), ...u16(1), ...u16(1), 1, 2, 3, 255];
    const parts = (groupFlags: number) =>
      fileOf(32, [layerChunk({ flags: groupFlags, type: 1 }), layerChunk({ level: 1 }), [0x2005, cel], [0x7777, [1]]]);
    expect(firstPixel(parts(1))).toEqual([1, 2, 3, 255]);
    expect(firstPixel(parts(0))).toEqual([0, 0, 0, 0]);
  });

  it.each([
    ["a visible tilemap", { type: 2 }, "is a tilemap; convert it to a plain layer in Aseprite"],
    ["a visible layer that multiplies", { blend: 1 }, "is not blended normally; flatten it in Aseprite"],
  ])("refuses %s, and takes it hidden", (_name, layer, message) => {
    expect(() => decodeAseprite(fileOf(32, [layerChunk(layer)]))).toThrow(message);
    expect(decodeAseprite(fileOf(32, [layerChunk({ ...layer, flags: 0 })])).layers).toHaveLength(1);
  });

  it("refuses what is cut or damaged at any place, in one sentence, and never runs on", () => {
    const whole = encodeAseprite(asepriteOfAnimation(hop));
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeAseprite(whole.subarray(0, length))).toThrow(/^Cannot read \.aseprite file: /);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = whole.slice();
        damaged[at] = value;
        expect(outcomeOf(damaged)).toMatch(/^(?:read|PixelsError: Cannot read \.aseprite file: )/);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses more pixels than allowed before it takes memory for them", () => {
    const bytes = encodeAseprite(asepriteOfAnimation({ frames: [red], durationsMs: [1] }));
    new DataView(bytes.buffer).setUint16(8, 60_000, true);
    new DataView(bytes.buffer).setUint16(10, 60_000, true);
    expect(() => decodeAseprite(bytes)).toThrow("1 x 60000 x 60000 pixels are more than the 16777216 allowed");
  });
});

function outcomeOf(bytes: Uint8Array): string {
  try {
    decodeAseprite(bytes, { maxPixels: 10_000 });
    return "read";
  } catch (error) {
    return String(error);
  }
}

/** The parts of files that this program does not write, little-endian. */
const u16 = (value: number) => [value & 255, value >> 8];
const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)];
const zeros = (count: number) => Array.from({ length: count }, () => 0);
const text = (value: string) => [...u16(value.length), ...new TextEncoder().encode(value)];

function layerChunk({
  flags = 1,
  type = 0,
  level = 0,
  blend = 0,
}: {
  flags?: number;
  type?: number;
  level?: number;
  blend?: number;
} = {}): readonly [number, number[]] {
  const tileset = type === 2 ? u32(0) : [];
  return [
    0x2004,
    [...u16(flags), ...u16(type), ...u16(level), ...u32(0), ...u16(blend), 255, ...zeros(3), ...text("l"), ...tileset],
  ];
}

/** A file of one frame of one pixel. */
function fileOf(depth: number, chunks: readonly (readonly [type: number, data: readonly number[]])[]): Uint8Array {
  const body = chunks.flatMap(([type, data]) => [...u32(6 + data.length), ...u16(type), ...data]);
  const frame = [
    ...u32(16 + body.length),
    ...u16(0xf1fa),
    ...u16(chunks.length),
    ...u16(100),
    0,
    0,
    ...u32(0),
    ...body,
  ];
  const header = [
    ...u16(0xa5e0),
    ...u16(1),
    ...u16(1),
    ...u16(1),
    ...u16(depth),
    ...u32(1),
    ...u16(100),
    ...zeros(108),
  ];
  return Uint8Array.from([...u32(4 + header.length + frame.length), ...header.slice(0, 124), ...frame]);
}

function firstPixel(bytes: Uint8Array): number[] {
  return [...flattenAseprite(decodeAseprite(bytes)).frames[0].data.subarray(0, 4)];
}
