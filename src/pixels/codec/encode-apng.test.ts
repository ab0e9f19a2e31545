import fc from "fast-check";
import { zlibSync } from "fflate";
import UPNG from "upng-js";
import { describe, expect, it } from "vitest";
import type { Animation } from "../animate/animation.ts";
import { drawRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { animationOfSeed } from "./animation-fixtures.ts";
import { decodeApng } from "./decode-apng.ts";
import { decodePng } from "./decode-png.ts";
import { encodeApng } from "./encode-apng.ts";
import { encodePng } from "./encode-png.ts";
import { joinBytes, makePngChunk, readPngChunks } from "./png-chunks.ts";
import { pngOfChunks } from "./png-fixtures.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const moving: Animation = {
  frames: [drawRaster(["r...", "...."], ink), drawRaster(["r...", "..gb"], ink), drawRaster(["r...", "..gb"], ink)],
  durationsMs: [100, 83, 250],
};

function readByUpng(png: Uint8Array) {
  const image = UPNG.decode(Uint8Array.from(png).buffer);
  const frames = UPNG.toRGBA8(image).map((bytes) =>
    createRaster(image.width, image.height, new Uint8ClampedArray(bytes)),
  );
  return { frames, delays: image.frames.map(({ delay }) => delay), image };
}

const chunksOf = (png: Uint8Array) => Array.from(readPngChunks(png), ({ type, data }) => [type, [...data]] as const);

describe("encodeApng", () => {
  it("writes the first frame whole, and of the others what changes", () => {
    const chunks = chunksOf(encodeApng(moving));
    expect(chunks.map(([type]) => type)).toEqual([
      "IHDR",
      "acTL",
      "PLTE",
      "tRNS",
      "fcTL",
      "IDAT",
      "fcTL",
      "fdAT",
      "fcTL",
      "fdAT",
      "IEND",
    ]);
    const rectangles = chunks
      .filter(([type]) => type === "fcTL")
      .map(([, data]) => [7, 11, 15, 19].map((at) => data[at]));
    // Width, height, x, y.
    expect(rectangles).toEqual([
      [4, 2, 0, 0],
      [2, 1, 2, 1],
      [1, 1, 0, 0],
    ]);
  });

  it("is read by an independent decoder with its delays", () => {
    const { frames, delays } = readByUpng(encodeApng(moving));
    expect(frames).toEqual(moving.frames);
    expect(delays).toEqual([100, 83, 250]);
  });

  it("says how often it plays, and carries texts", () => {
    const chunks = new Map(chunksOf(encodeApng(moving, { plays: 3, text: [{ keyword: "a", text: "b" }] })));
    expect(chunks.get("acTL")).toEqual([0, 0, 0, 3, 0, 0, 0, 3]);
    expect(chunks.get("iTXt")).toEqual([...new TextEncoder().encode("a\0\0\0\0\0b")]);
  });

  it("is a picture of its first frame when it has but one", () => {
    const [first] = moving.frames;
    expect(decodePng(encodeApng({ frames: [first], durationsMs: [100] }))).toEqual(first);
  });

  it("refuses frames of unequal size, missing durations and no frames", () => {
    const [first] = moving.frames;
    expect(() => encodeApng({ frames: [first, createRaster(4, 3)], durationsMs: [1, 1] })).toThrow(
      "Cannot use an animation whose frame 2 is 4 x 3 px and whose first is 4 x 2 px: bring all frames to one size",
    );
    expect(() => encodeApng({ frames: [first], durationsMs: [] })).toThrow("Cannot use 0 durations for 1 frames");
    expect(() => encodeApng({ frames: [first], durationsMs: [0.5] })).toThrow("Cannot show a frame for 0.5 ms");
    expect(() => encodeApng({ frames: [], durationsMs: [] })).toThrow("Cannot use an animation of 0 frames");
  });

  it("gives back any animation, through an independent decoder too", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const animation = animationOfSeed(seed, { colors: 300, isSoft: true });
        const png = encodeApng(animation);
        const { frames, durationsMs, plays } = decodeApng(png);
        expect({ frames, durationsMs, plays }).toEqual({
          frames: animation.frames,
          durationsMs: animation.durationsMs,
          plays: 0,
        });
        expect(readByUpng(png).frames).toEqual(animation.frames);
      }),
    );
  });
});

/** An animation put together by hand from frames that are placed, disposed of and blended in all ways. */
function animationOf(
  canvas: readonly [width: number, height: number],
  parts: readonly { rows: string[]; x: number; y: number; dispose: number; blend: number; delay?: [number, number] }[],
  options: { readonly frames?: number; readonly still?: boolean } = {},
): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, canvas[0]);
  new DataView(header.buffer).setUint32(4, canvas[1]);
  header.set([8, 6], 8);
  let sequence = 0;
  const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const chunks: [string, Uint8Array][] = [
    ["IHDR", header],
    ["acTL", Uint8Array.from([...u32(options.frames ?? parts.length), ...u32(0)])],
  ];
  if (options.still) chunks.push(["IDAT", compressedRgba(createRaster(...canvas))]);
  for (const [index, { rows, x, y, dispose, blend, delay = [1, 10] }] of parts.entries()) {
    const raster = drawRaster(rows, ink);
    const compressed = compressedRgba(raster);
    const control = [sequence++, raster.width, raster.height, x, y].flatMap(u32);
    const [top, bottom] = delay;
    chunks.push([
      "fcTL",
      Uint8Array.from([...control, top >> 8, top & 255, bottom >> 8, bottom & 255, dispose, blend]),
    ]);
    if (index === 0 && !options.still) chunks.push(["IDAT", compressed]);
    else chunks.push(["fdAT", Uint8Array.from([...u32(sequence++), ...compressed])]);
  }
  chunks.push(["IEND", new Uint8Array(0)]);
  return pngOfChunks(chunks);
}

function compressedRgba({ width, height, data }: ReturnType<typeof createRaster>): Uint8Array {
  const rows = new Uint8Array(height * (1 + width * 4));
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width * 4, (y + 1) * width * 4), y * (1 + width * 4) + 1);
  return zlibSync(rows);
}

describe("decodeApng", () => {
  it.each([
    ["none", 0, [["rr"], ["rg"], ["bg"]]],
    ["background", 1, [["rr"], [".g"], ["b."]]],
    ["previous", 2, [["rr"], [".g"], ["b."]]],
  ])("carries out disposal %s", (_name, dispose, expected) => {
    const parts = [
      { rows: ["rr"], x: 0, y: 0, dispose, blend: 0 },
      { rows: ["g"], x: 1, y: 0, dispose, blend: 0 },
      { rows: ["b"], x: 0, y: 0, dispose, blend: 0 },
    ];
    const { frames } = decodeApng(animationOf([2, 1], parts));
    expect(frames).toEqual(expected.map((rows) => drawRaster(rows, ink)));
  });

  it("blends over, or takes the place of what is there", () => {
    const first = { rows: ["rr"], x: 0, y: 0, dispose: 0, blend: 0 };
    const second = { rows: [".g"], x: 0, y: 0, dispose: 0 };
    expect(decodeApng(animationOf([2, 1], [first, { ...second, blend: 1 }])).frames[1]).toEqual(
      drawRaster(["rg"], ink),
    );
    expect(decodeApng(animationOf([2, 1], [first, { ...second, blend: 0 }])).frames[1]).toEqual(
      drawRaster([".g"], ink),
    );
  });

  it("reads delays in any unit, and none as 1 ms", () => {
    const part = { rows: ["r"], x: 0, y: 0, dispose: 0, blend: 0 };
    const delays: [number, number][] = [
      [1, 10],
      [5, 0],
      [0, 1000],
      [1, 30],
    ];
    const png = animationOf(
      [1, 1],
      delays.map((delay) => ({ ...part, delay })),
    );
    expect(decodeApng(png).durationsMs).toEqual([100, 50, 1, 33]);
  });

  it("leaves a still picture that is no frame out", () => {
    const part = { rows: ["r"], x: 0, y: 0, dispose: 0, blend: 0 };
    expect(decodeApng(animationOf([1, 1], [part, part], { still: true })).frames).toHaveLength(2);
  });

  it("takes a PNG without animation as one frame", () => {
    const [first] = moving.frames;
    expect(decodeApng(encodePng(first))).toEqual({ frames: [first], durationsMs: [1], plays: 0 });
  });

  it("refuses frames outside the canvas, missing frames, too many pixels and damaged chunks", () => {
    const part = { rows: ["r"], x: 1, y: 0, dispose: 0, blend: 0 };
    expect(() => decodeApng(animationOf([1, 1], [part]))).toThrow("a frame of 1 x 1 at 1, 0 lies outside its 1 x 1");
    expect(() => decodeApng(animationOf([2, 1], [part], { frames: 2 }))).toThrow(
      "it holds 1 frames, not the 2 it says",
    );
    expect(() => decodeApng(encodeApng(moving), { maxPixels: 23 })).toThrow(
      "its 3 frames of 4 x 2 pixels are more than",
    );
    const short = Array.from(readPngChunks(encodeApng(moving))).map(({ type, data }) =>
      makePngChunk(type, type === "fcTL" ? data.subarray(1) : data),
    );
    expect(() => decodeApng(joinBytes([encodeApng(moving).subarray(0, 8), ...short]))).toThrow("fcTL has 25 bytes");
    const orphan = pngOfChunks(
      chunksOf(encodeApng(moving))
        .filter(([type]) => type !== "fcTL")
        .map(([type, data]) => [type, Uint8Array.from(data)]),
    );
    expect(() => decodeApng(orphan)).toThrow("it has pixels of a frame that was not announced");
  });
});
