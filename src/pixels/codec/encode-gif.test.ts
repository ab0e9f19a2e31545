import fc from "fast-check";
import { GifReader } from "omggif";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Animation } from "../animate/animation.ts";
import { drawRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { animationOfSeed } from "./animation-fixtures.ts";
import { encodeGif } from "./encode-gif.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const blink: Animation = {
  frames: [drawRaster(["r.", ".g"], ink), drawRaster(["..", ".b"], ink)],
  durationsMs: [100, 250],
};

/** Frame by frame as a viewer that clears each frame shows them. */
function readByOmggif(gif: Uint8Array) {
  const reader = new GifReader(gif);
  const { width, height } = reader;
  const frames = Array.from({ length: reader.numFrames() }, (_, index) => {
    const raster = createRaster(width, height);
    reader.decodeAndBlitFrameRGBA(index, raster.data);
    return raster;
  });
  const info = Array.from({ length: frames.length }, (_, index) => reader.frameInfo(index));
  return { frames, info, loops: reader.loopCount() };
}

async function readBySharp(gif: Uint8Array) {
  const { data, info } = await sharp(gif, { animated: true }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { pages = 1, delay = [0], loop } = await sharp(gif, { animated: true }).metadata();
  const height = info.height / pages;
  const bytes = info.width * height * 4;
  const frames = Array.from({ length: pages }, (_, page) =>
    createRaster(info.width, height, Uint8ClampedArray.from(data.subarray(page * bytes, (page + 1) * bytes))),
  );
  return { frames, delay, loop };
}

describe("encodeGif", () => {
  it("writes frames, delays and an endless loop", () => {
    const { frames, info, loops } = readByOmggif(encodeGif(blink));
    expect(frames).toEqual(blink.frames);
    expect(info.map(({ delay }) => delay)).toEqual([10, 25]);
    expect(loops).toBe(0);
  });

  it("shares one palette of exactly the colours that are there, the transparent one first", () => {
    const { info } = readByOmggif(encodeGif(blink));
    for (const frame of info)
      expect(frame).toMatchObject({ has_local_palette: false, palette_size: 4, transparent_index: 0 });
    expect([...encodeGif(blink).subarray(13, 25)]).toEqual([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
  });

  it.each([
    [1, null],
    [2, 1],
    [5, 4],
  ])("plays %i times, which a GIF counts as repetitions", (plays, loops) => {
    expect(readByOmggif(encodeGif(blink, { plays })).loops).toBe(loops);
  });

  it("gives back to later frames what rounding to hundredths takes from one", () => {
    const durationsMs = [83, 83, 83, 83, 83, 85];
    const gif = encodeGif({ frames: durationsMs.map(() => blink.frames[0]), durationsMs });
    const delays = readByOmggif(gif).info.map(({ delay }) => delay);
    expect(delays).toEqual([8, 9, 8, 8, 9, 8]);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBe(50);
  });

  it("holds 256 colours and refuses one more", () => {
    const raster = createRaster(257, 1);
    for (let index = 0; index < 257; index++) raster.data.set([index & 255, index >> 8, 7, 255], index * 4);
    const fits = createRaster(256, 1, raster.data.slice(0, 1024));
    expect(readByOmggif(encodeGif({ frames: [fits], durationsMs: [10] })).frames).toEqual([fits]);
    expect(() => encodeGif({ frames: [raster], durationsMs: [10] })).toThrow(
      "Cannot write a GIF of more than 256 colors: reduce them, or write an APNG",
    );
  });

  it("refuses partial alpha", () => {
    const soft = createRaster(1, 1, Uint8ClampedArray.of(1, 2, 3, 128));
    expect(() => encodeGif({ frames: [soft], durationsMs: [10] })).toThrow("a pixel with alpha 128");
  });

  it("gives back any animation through two independent decoders", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const animation = animationOfSeed(seed, { colors: 200, isSoft: false });
        const gif = encodeGif(animation);
        const byOmggif = readByOmggif(gif);
        expect(byOmggif.frames).toEqual(animation.frames);
        expect(byOmggif.info.map(({ delay }) => delay * 10)).toEqual(animation.durationsMs);
        expect((await readBySharp(gif)).frames).toEqual(animation.frames);
      }),
      { numRuns: 60 },
    );
  });
});
