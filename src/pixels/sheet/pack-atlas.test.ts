import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { countDifferingPixels, createRaster, type Raster } from "../raster.ts";
import { formatAtlasFile, atlasFormats, parseAtlasFile } from "./atlas-file.ts";
import type { Sprite } from "./atlas.ts";
import { findIslands } from "./find-islands.ts";
import { packAtlas } from "./pack-atlas.ts";
import { unpackAtlas } from "./unpack-atlas.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const dot = drawRaster(["....", ".r..", ".rr.", "...."], ink);
const bar = drawRaster(["ggg"], ink);

/** Rasters of up to `most` pixels a side with opaque, transparent and partly transparent pixels, for property tests. */
function anyRaster(most: number): fc.Arbitrary<Raster> {
  return fc.tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most })).chain(([width, height]) =>
    fc
      .array(fc.constantFrom(0, 0, 0xff0000ff, 0x00ff00ff, 0x0000ff80), {
        minLength: width * height,
        maxLength: width * height,
      })
      .map((pixels) => {
        const raster = createRaster(width, height);
        for (const [index, rgba] of pixels.entries())
          raster.data.set([rgba >>> 24, (rgba >> 16) & 255, (rgba >> 8) & 255, rgba & 255], index * 4);
        return raster;
      }),
  );
}

/** 1 to `count` sprites with different names. */
function anySprites(count: number, most: number): fc.Arbitrary<Sprite[]> {
  return fc
    .array(anyRaster(most), { minLength: 1, maxLength: count })
    .map((rasters) => rasters.map((raster, index) => ({ name: `sprite-${index}`, raster })));
}

describe("packAtlas", () => {
  it("trims sprites, keeps them apart, and tells where they were", () => {
    const { raster, frames } = packAtlas(
      [
        { name: "dot", raster: dot },
        { name: "bar", raster: bar, durationMs: 50 },
      ],
      { padding: 1 },
    );
    expect(showRaster(raster, ink)).toEqual(["r..", "rr.", "...", "ggg"]);
    expect(frames).toEqual([
      {
        name: "dot",
        x: 0,
        y: 0,
        width: 2,
        height: 2,
        offsetX: 1,
        offsetY: 1,
        sourceWidth: 4,
        sourceHeight: 4,
      },
      {
        name: "bar",
        x: 0,
        y: 3,
        width: 3,
        height: 1,
        offsetX: 0,
        offsetY: 0,
        sourceWidth: 3,
        sourceHeight: 1,
        durationMs: 50,
      },
    ]);
  });

  it("lays a small atlas out as a person would", () => {
    const square = drawRaster(["bb", "bb"], ink);
    const sprites = ["a", "b", "c", "d"].map((name, index) => ({
      name,
      raster: index % 2 === 0 ? square : drawRaster(["rg", "gr"].slice(index === 1 ? 0 : 1), ink),
    }));
    const { raster } = packAtlas(sprites, { padding: 1 });
    expect(showRaster(raster, ink)).toEqual(["bb.rg", "bb.gr", ".....", "gr..."]);
  });

  it("gives equal sprites one place, though their borders differ", () => {
    const shifted = drawRaster(["r.", "rr"], ink);
    const { frames } = packAtlas([
      { name: "first", raster: dot },
      { name: "again", raster: shifted },
    ]);
    const [first, again] = frames;
    expect([again.x, again.y]).toEqual([first.x, first.y]);
    expect([again.sourceWidth, again.offsetX]).toEqual([2, 0]);
  });

  it("repeats borders, corners too, without touching other sprites", () => {
    const square = drawRaster(["rg", "bb"], ink);
    const { raster, frames } = packAtlas([{ name: "square", raster: square }], { extrude: 2, padding: 1 });
    expect(showRaster(raster, ink)).toEqual(["rrrggg", "rrrggg", "rrrggg", "bbbbbb", "bbbbbb", "bbbbbb"]);
    expect(frames[0]).toMatchObject({ x: 2, y: 2, width: 2, height: 2 });
  });

  it("keeps the border without trimming, and an empty sprite as one pixel with it", () => {
    const untrimmed = packAtlas([{ name: "dot", raster: dot }], { isTrimmed: false });
    expect(showRaster(untrimmed.raster, ink)).toEqual(showRaster(dot, ink));
    const { raster, frames } = packAtlas([{ name: "empty", raster: createRaster(5, 4) }]);
    expect(raster).toMatchObject({ width: 1, height: 1 });
    expect(frames[0]).toMatchObject({ width: 1, height: 1, sourceWidth: 5, sourceHeight: 4 });
  });

  it("makes sides powers of two", () => {
    const { raster } = packAtlas([{ name: "bar", raster: bar }], { isPowerOfTwo: true });
    expect(raster).toMatchObject({ width: 4, height: 1 });
  });

  it("gives every sprite back, through every format and whatever the options", () => {
    fc.assert(
      fc.property(
        anySprites(12, 9),
        fc.record({
          padding: fc.integer({ min: 0, max: 3 }),
          extrude: fc.integer({ min: 0, max: 2 }),
          isTrimmed: fc.boolean(),
          isPowerOfTwo: fc.boolean(),
        }),
        fc.constantFrom(...atlasFormats),
        (sprites, options, format) => {
          const { raster, frames } = packAtlas(sprites, options);
          const text = formatAtlasFile(frames, { format, image: "sheet.png", ...raster, software: "test" });
          const parsed = parseAtlasFile(text, "sheet.json");
          const unpacked = unpackAtlas(raster, parsed.frames);
          expect(unpacked.map(({ name }) => name)).toEqual(sprites.map(({ name }) => name));
          for (const [index, sprite] of sprites.entries())
            expect(countDifferingPixels(unpacked[index].raster, sprite.raster)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("surrounds every frame by its own border and then by nothing", () => {
    fc.assert(
      fc.property(anySprites(8, 7), fc.integer({ min: 0, max: 2 }), (sprites, extrude) => {
        const { raster, frames } = packAtlas(sprites, { extrude, padding: 2 });
        const owner = new Int32Array(raster.width * raster.height).fill(-1);
        for (const { x, y, width, height } of frames)
          for (let down = y - extrude; down < y + height + extrude; down++)
            for (let across = x - extrude; across < x + width + extrude; across++) {
              const inside = [
                Math.min(x + width - 1, Math.max(x, across)),
                Math.min(y + height - 1, Math.max(y, down)),
              ];
              const at = (down * raster.width + across) * 4;
              const from = (inside[1] * raster.width + inside[0]) * 4;
              expect(raster.data.subarray(at, at + 4)).toEqual(raster.data.subarray(from, from + 4));
              owner[down * raster.width + across] = y * raster.width + x;
            }
        const isFree = (at: number) => owner[at] < 0;
        const pixels = [...owner.keys()];
        expect(pixels.filter((at) => isFree(at) && raster.data[at * 4 + 3] !== 0)).toEqual([]);
        const hasRightNeighbour = (at: number) => (at + 1) % raster.width !== 0 && !isFree(at) && !isFree(at + 1);
        expect(pixels.filter((at) => hasRightNeighbour(at) && owner[at] !== owner[at + 1])).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("keeps sprites apart for a split by islands", () => {
    const sprites = Array.from({ length: 30 }, (_, index) => ({
      name: `sprite-${index}`,
      raster: drawRaster(
        Array.from({ length: 3 + (index % 5) }, () => "rgb".repeat(1 + (index % 3))),
        ink,
      ),
    }));
    const distinct = new Set(sprites.map(({ raster }) => `${raster.width} x ${raster.height}`));
    expect(findIslands(packAtlas(sprites).raster)).toHaveLength(distinct.size);
  });

  it("refuses names that collide or leave the folder, and what does not fit", () => {
    const named = (...names: readonly string[]) => names.map((name) => ({ name, raster: dot }));
    expect(() => packAtlas(named("a", "a"))).toThrow('Cannot use the frame name "a" twice: rename one of the two');
    expect(() => packAtlas(named("a", "A"))).toThrow('Cannot use the frame names "a" and "A" together');
    for (const name of ["../a", "a/../b", "/a", "", "a\\b", "c:a", "a/", "nul.png", "a\u0000", "a."])
      expect(() => packAtlas(named(name))).toThrow(expect.objectContaining({ code: "invalid-name" }));
    expect(() => packAtlas([{ name: "bar", raster: bar }], { mostSide: 2 })).toThrow(
      "Cannot pack 1 sprites into 2 x 2 pixels: allow a larger sheet or give fewer",
    );
    expect(() => packAtlas([])).toThrow("Cannot pack 0 sprites: give at least one");
    expect(() => packAtlas(named("a"), { mostSide: 0 })).toThrow("Cannot use a sheet of 0 pixels a side");
  });
});
