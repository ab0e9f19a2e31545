import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { formatAtlasFile, parseAtlasFile } from "./atlas-file.ts";
import { unpackAtlas } from "./unpack-atlas.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const frame = {
  name: "walk/1",
  x: 3,
  y: 4,
  width: 5,
  height: 6,
  offsetX: 1,
  offsetY: 2,
  sourceWidth: 8,
  sourceHeight: 9,
  durationMs: 80,
};
const sheet = { image: "hero.png", width: 16, height: 32, software: "dgx-pixels" };
const described = {
  frame: { x: 3, y: 4, w: 5, h: 6 },
  rotated: false,
  trimmed: true,
  spriteSourceSize: { x: 1, y: 2, w: 5, h: 6 },
  sourceSize: { w: 8, h: 9 },
};

describe("formatAtlasFile", () => {
  it("writes Aseprite's hash and array", () => {
    const hash = JSON.parse(formatAtlasFile([frame], { format: "aseprite", ...sheet }));
    expect(hash.frames).toEqual({ "walk/1": { ...described, duration: 80 } });
    expect(hash.meta).toMatchObject({ image: "hero.png", size: { w: 16, h: 32 }, scale: "1", frameTags: [] });
    const array = JSON.parse(formatAtlasFile([frame], { format: "aseprite-array", ...sheet }));
    expect(array.frames).toEqual([{ filename: "walk/1", ...described, duration: 80 }]);
  });

  it("writes TexturePacker's hash, which knows no durations", () => {
    const { frames, meta } = JSON.parse(formatAtlasFile([frame], { format: "texturepacker", ...sheet }));
    expect(frames).toEqual({ "walk/1": described });
    expect(Object.keys(meta)).toEqual(["app", "version", "image", "format", "size", "scale"]);
  });
});

describe("frame tags", () => {
  const tags = [
    { name: "walk", from: 0, to: 1, direction: "pingpong", plays: 0 },
    { name: "hit", from: 1, to: 1, direction: "forward", plays: 2 },
  ] as const;

  it("are written as Aseprite does, and read back", () => {
    const text = formatAtlasFile([frame, { ...frame, name: "walk/2" }], { format: "aseprite", ...sheet, tags });
    expect(JSON.parse(text).meta.frameTags).toEqual([
      { name: "walk", from: 0, to: 1, direction: "pingpong" },
      { name: "hit", from: 1, to: 1, direction: "forward", repeat: "2" },
    ]);
    expect(parseAtlasFile(text, "a.json").tags).toEqual(tags);
  });

  it("are refused where they name frames that are not there", () => {
    const text = formatAtlasFile([frame], { format: "aseprite", ...sheet, tags });
    expect(() => parseAtlasFile(text, "a.json")).toThrow("frame tag 1 names no frames that it has");
  });
});

describe("parseAtlasFile", () => {
  it("reads a frame without trimming, as small writers leave it", () => {
    const text = JSON.stringify({ frames: { a: { frame: { x: 0, y: 0, w: 2, h: 3 } } } });
    expect(parseAtlasFile(text, "a.json")).toEqual({
      frames: [{ name: "a", x: 0, y: 0, width: 2, height: 3, offsetX: 0, offsetY: 0, sourceWidth: 2, sourceHeight: 3 }],
    });
  });

  it("reads frames that TexturePacker turned, which come back upright", () => {
    const upright = ["rgb", "r.b"];
    const turned = drawRaster(["...", "rr.", ".g.", "bb."], ink);
    const text = JSON.stringify({
      frames: { "flag.png": { frame: { x: 0, y: 1, w: 3, h: 2 }, rotated: true, sourceSize: { w: 3, h: 2 } } },
      meta: { image: "flags.png" },
    });
    const { frames, image } = parseAtlasFile(text, "flags.json");
    expect(image).toBe("flags.png");
    expect(showRaster(unpackAtlas(turned, frames)[0].raster, ink)).toEqual(upright);
  });

  it.each([
    ["{", "it is no JSON"],
    ["[]", "it has no frames"],
    ['{"frames":[]}', "it has 0 frames"],
    ['{"frames":[{"frame":{"x":0,"y":0,"w":1,"h":1}}]}', "frame 1 has no filename"],
    ['{"frames":{"a":{"frame":{"x":-1,"y":0,"w":1,"h":1}}}}', 'the frame "a" has no usable sizes'],
    ['{"frames":{"a":{"frame":{"x":0,"y":0,"w":1e9,"h":1}}}}', 'the frame "a" has no usable sizes'],
    ['{"frames":{"a":{"frame":{"x":0,"y":0,"w":1,"h":1},"sourceSize":{"w":"2","h":1}}}}', 'the frame "a"'],
    ['{"frames":{"a":7}}', 'the frame "a"'],
  ])("refuses %s", (text, reason) => {
    expect(() => parseAtlasFile(text, "a.json")).toThrow(`Cannot read the atlas a.json: ${reason}`);
  });
});

describe("unpackAtlas", () => {
  const picture = drawRaster(["rr", "rr"], ink);
  const whole = { name: "a", x: 0, y: 0, width: 2, height: 2, offsetX: 0, offsetY: 0, sourceWidth: 2, sourceHeight: 2 };

  it("refuses frames outside the sheet or outside their sprite, and unsafe names", () => {
    expect(() => unpackAtlas(picture, [{ ...whole, x: 1 }])).toThrow(
      'Cannot cut out "a": 2 x 2 at 1,0 reaches out of the sheet of 2 x 2; give the sheet that belongs to the atlas file',
    );
    expect(() => unpackAtlas(picture, [{ ...whole, offsetY: 1 }])).toThrow(
      'Cannot cut out "a": its part of 2 x 2 at 0,1 reaches out of its own 2 x 2 pixels; correct the atlas file',
    );
    expect(() => unpackAtlas(picture, [{ ...whole, name: "../a" }])).toThrow('Cannot use the frame name "../a"');
  });
});
