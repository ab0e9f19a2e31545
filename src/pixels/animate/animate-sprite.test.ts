import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { showRaster } from "../draw-raster.ts";
import { countDifferingPixels, createRaster, type Raster } from "../raster.ts";
import { scaleInteger } from "../scale-integer.ts";
import { crop, visibleBox } from "../trim.ts";
import { animateSprite, animationKindNames, joinAnimations } from "./animate-sprite.ts";
import { blob, figureInk, flier, swordsman } from "./drawn-figures.ts";
import { inspectAnimation } from "./inspect-animation.ts";

const kinds = animationKindNames();
const sprites = { swordsman, blob, flier };
const gathersFromNothing = ["appear", "rise"];

function colorsOf({ data }: Raster): Set<number> {
  const colors = new Set<number>();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] > 0) colors.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return colors;
}

function dot(): Raster {
  return createRaster(1, 1, Uint8ClampedArray.of(9, 8, 7, 255));
}

describe.each(kinds)("animateSprite by %s", (kind) => {
  it.each(Object.entries(sprites))("moves %s without a new color, in frames of one size", (_name, sprite) => {
    const { frames, durationsMs, origin } = animateSprite(sprite, kind);
    const colors = colorsOf(sprite);
    for (const frame of frames) {
      expect([...colorsOf(frame)].filter((color) => !colors.has(color))).toEqual([]);
      expect([frame.width, frame.height]).toEqual([frames[0].width, frames[0].height]);
    }
    expect(durationsMs).toHaveLength(frames.length);
    expect(frames.length).toBeGreaterThanOrEqual(4);
    expect(new Set(frames.map(({ data }) => data.join())).size).toBeGreaterThan(1);
    // The sprite's own canvas lies inside the frames.
    expect(origin.x + sprite.width).toBeLessThanOrEqual(frames[0].width);
    expect(origin.y + sprite.height).toBeLessThanOrEqual(frames[0].height);
  });

  it.each(Object.entries(sprites))("passes the check with %s", (_name, sprite) => {
    const { frames, tags = [], plays } = animateSprite(sprite, kind);
    expect(inspectAnimation(frames, { tags, plays }).faults).toEqual([]);
  });

  it("gives the same frames for the same options, and as many as asked for", () => {
    const options = { frames: 5, durationMs: 70, strength: 1.5, facing: "left", seed: 3 } as const;
    const first = animateSprite(swordsman, kind, options);
    expect(animateSprite(swordsman, kind, options)).toEqual(first);
    expect(first.durationsMs).toEqual([70, 70, 70, 70, 70]);
  });

  it("takes a sprite of one pixel, or says that nothing of it would move", () => {
    const isRigid = ["idle", "spin", "sway", "squash", "flash", "glow", "shine"].includes(kind);
    expect(outcomeOf(() => animateSprite(dot(), kind).frames.length > 3)).toBe(
      isRigid
        ? `Cannot animate the sprite by ${kind}: it has no parts or colors that would move; choose another kind`
        : true,
    );
  });
});

function outcomeOf<Outcome>(make: () => Outcome): Outcome | string {
  try {
    return make();
  } catch (error) {
    return (error as Error).message;
  }
}

describe("animateSprite", () => {
  it("begins with the sprite as it is, but for a walk in stride and what gathers from nothing", () => {
    for (const kind of kinds.filter((name) => name !== "walk" && !gathersFromNothing.includes(name))) {
      const { frames, origin } = animateSprite(swordsman, kind);
      const own = crop(frames[0], { ...origin, width: swordsman.width, height: swordsman.height });
      expect([kind, countDifferingPixels(own, swordsman)]).toEqual([kind, 0]);
    }
    for (const kind of gathersFromNothing) {
      const { frames, origin } = animateSprite(swordsman, kind as "appear");
      const own = crop(frames[frames.length - 1], { ...origin, width: swordsman.width, height: swordsman.height });
      expect([kind, countDifferingPixels(own, swordsman)]).toEqual([kind, 0]);
      expect(visibleBox(frames[0])).toBeUndefined();
    }
  });

  it("breathes: the head sinks, then the trunk, and the feet stay", () => {
    const { frames } = animateSprite(swordsman, "idle");
    const rows = frames.map((frame) => showRaster(frame, figureInk));
    // The top of the head, frame by frame.
    expect(rows.map((frame) => frame.findIndex((row) => row.slice(4, 8) === "kkkk"))).toEqual([0, 1, 1, 1, 1, 1, 0, 0]);
    expect(new Set(rows.map((frame) => frame.slice(15).join())).size).toBe(1);
    expect(rows[3].slice(0, 8)).toEqual([
      "................",
      "....kkkk.....k..",
      "...khhhhk...kwk.",
      "...khsshk...kwk.",
      "...kssssk...kwk.",
      "....kssk....kwk.",
      "...kkbbkk...kwk.",
      "..kblbbbbk..kwk.",
    ]);
  });

  it("walks on legs that lift by turns", () => {
    const { frames, origin } = animateSprite(swordsman, "walk", { facing: "right" });
    const middle = origin.x + 7;
    const lowest = ({ width, height, data }: Raster, from: number, to: number) => {
      for (let y = height - 1; y >= 0; y--)
        for (let x = from; x < to; x++) if (data[(y * width + x) * 4 + 3] > 0) return y;
      return -1;
    };
    const feet = frames.map((frame) => [lowest(frame, 0, middle), lowest(frame, middle + 1, frame.width)]);
    const ground = origin.y + 17;
    expect(feet[0]).toEqual([ground, ground]);
    expect(feet[2][0]).toBeLessThan(ground);
    expect(feet[2][1]).toBe(ground);
    expect(feet[6][0]).toBe(ground);
    expect(feet[6][1]).toBeLessThan(ground);
  });

  it("leaves the shadow on the ground under what floats", () => {
    const { frames, origin } = animateSprite(flier, "float");
    const ground = (frame: Raster) => showRaster(frame, figureInk).slice(origin.y + 8);
    for (const frame of frames) expect(ground(frame)).toEqual(ground(frames[0]));
    expect(visibleBox(frames[4])?.y).toBeLessThan(visibleBox(frames[0])?.y ?? 0);
  });

  it("swings a held item around the hand, to the side it is on", () => {
    const { frames, tags, plays } = animateSprite(swordsman, "attack");
    const rightmost = frames.map((frame) => {
      const box = visibleBox(frame);
      return box === undefined ? 0 : box.x + box.width;
    });
    expect(rightmost.indexOf(Math.max(...rightmost))).toBe(4);
    expect({ tags, plays }).toEqual({ tags: [{ name: "attack", from: 0, to: 7, plays: 1 }], plays: 1 });
  });

  it("turns a coin over: narrow on edge, mirrored on its back", () => {
    const { frames } = animateSprite(blob, "spin");
    expect(visibleBox(frames[2])?.width).toBe(3);
    const mirrored = showRaster(blob, figureInk).map((row) => [...row].toReversed().join(""));
    expect(showRaster(frames[4], figureInk)).toEqual(mirrored);
  });

  it("dissolves by its seed, to nothing", () => {
    const [first, other] = [1, 2].map((seed) => animateSprite(swordsman, "dissolve", { seed }).frames);
    expect(first[5]).not.toEqual(other[5]);
    expect(visibleBox(first[first.length - 1])).toBeUndefined();
    const counts = first.map(({ data }) => data.filter((value, at) => at % 4 === 3 && value > 0).length);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });

  it("moves an enlarged sprite by its own pixels", () => {
    const { frames, origin } = animateSprite(swordsman, "walk");
    const enlarged = animateSprite(scaleInteger(swordsman, 3), "walk");
    expect(enlarged.frames).toEqual(frames.map((frame) => scaleInteger(frame, 3)));
    expect(enlarged.origin).toEqual({ x: origin.x * 3, y: origin.y * 3 });
  });

  it("scales its distances by strength", () => {
    const heightOf = (strength: number) => animateSprite(blob, "bounce", { strength }).frames[0].height;
    expect(heightOf(2)).toBeGreaterThan(heightOf(1));
    expect(heightOf(1)).toBeGreaterThan(heightOf(0.5));
  });

  it.each([
    [{ frames: 1 }, "Cannot animate with frames 1: give a whole number from 2 to 64"],
    [{ frames: 2.5 }, "frames 2.5"],
    [{ durationMs: 9 }, "Cannot animate with durationMs 9: give a whole number from 10 to 10000"],
    [{ strength: 5 }, "Cannot animate with strength 5: give a number from 0.25 to 4"],
    [{ strength: Number.NaN }, "strength NaN"],
    [{ seed: -1 }, "seed -1"],
  ])("refuses %j", (options, message) => {
    expect(() => animateSprite(blob, "idle", options)).toThrow(message);
  });

  it("refuses unknown kinds, huge pictures and empty ones", () => {
    expect(() => animateSprite(blob, "constructor" as "idle")).toThrow(
      'Cannot animate by the kind "constructor": choose idle, walk',
    );
    expect(() => animateSprite(createRaster(513, 1), "idle")).toThrow("give a sprite of 512 px a side at most");
    expect(() => animateSprite(createRaster(4, 4), "idle")).toThrow("all of it is transparent");
  });

  it("keeps partial alpha, and never fails on any small picture", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 14 }),
        fc.infiniteStream(fc.constantFrom(0x000000ff, 0x00000000, 0xff8000ff, 0x2040ff80)),
        fc.constantFrom(...kinds),
        (width, height, pixels, kind) => {
          const sprite = createRaster(width, height);
          const view = new DataView(sprite.data.buffer);
          for (let pixel = 0; pixel < width * height; pixel++) view.setUint32(pixel * 4, pixels.next().value);
          sprite.data.set([255, 128, 0, 255], 0);
          const colors = colorsOf(sprite);
          const made = outcomeOf(() => animateSprite(sprite, kind, { seed: width }).frames);
          const strays =
            typeof made === "string"
              ? []
              : made.flatMap((frame) => [...colorsOf(frame)].filter((color) => !colors.has(color)));
          expect(strays).toEqual([]);
          expect(typeof made === "string" ? made : "").toMatch(/^(?:$|Cannot animate the sprite by)/);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("joinAnimations", () => {
  it("puts the sprite at the same place in all frames, and keeps the tags", () => {
    const joined = joinAnimations([animateSprite(swordsman, "idle"), animateSprite(swordsman, "bounce")]);
    expect(joined.tags).toEqual([
      { name: "idle", from: 0, to: 7, plays: 0 },
      { name: "bounce", from: 8, to: 17, plays: 0 },
    ]);
    expect(joined.durationsMs).toHaveLength(18);
    expect(joined.frames[8]).toEqual(joined.frames[0]);
    const own = crop(joined.frames[0], { ...joined.origin, width: 16, height: 18 });
    expect(own).toEqual(swordsman);
  });

  it("refuses none", () => {
    expect(() => joinAnimations([])).toThrow("Cannot join 0 animations: give one at least");
  });
});
