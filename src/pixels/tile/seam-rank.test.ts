import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { repeatedArea } from "./repeated-area.ts";
import { bricks, grain, slope } from "./sample-textures.ts";
import { seamError } from "./seam-error.ts";
import { seamRank } from "./seam-rank.ts";

describe("seamRank", () => {
  it("is about a half where the seam is a place like any other", () => {
    const tile = grain(32, [0x306030, 0x387038, 0x286028]);
    const ranks = [3, 9, 14, 22, 27].map((shift) => seamRank(repeatedArea(tile, shift, shift, 32, 32)));
    const mean = ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
    expect(mean).toBeGreaterThan(0.35);
    expect(mean).toBeLessThan(0.65);
  });

  it("is near 1 where hardly anything inside breaks as the seam does", () => {
    expect(seamRank(slope(24))).toBeGreaterThan(0.9);
  });

  it("does not mind a seam along a joint of brickwork, which the mean of all places calls an error", () => {
    const atJoint = repeatedArea(bricks(32), 0, 3, 32, 32);
    expect(seamError(atJoint)).toBeGreaterThan(1.5);
    expect(seamRank(atJoint)).toBeLessThan(0.85);
  });

  it("does not judge what is too small or has one colour", () => {
    expect(seamRank(drawRaster(["rb", "br"], { r: "#ff0000", b: "#0000ff" }))).toBe(0.5);
    expect(seamRank(createRaster(8, 8))).toBe(0.5);
  });
});
