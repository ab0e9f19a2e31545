import { describe, expect, it } from "vitest";
import { cloneRaster, type Raster } from "../raster.ts";
import { repairSeams } from "./repair-seams.ts";
import { repeatedArea } from "./repeated-area.ts";
import { bricks, colorsIn, grain, slope } from "./sample-textures.ts";
import { seamErrors } from "./seam-error.ts";

describe("repairSeams", () => {
  it("takes the step out of a slope in both directions, with its own colours alone", () => {
    const broken = slope(32);
    const { raster, before, after, cutError } = repairSeams(broken);
    expect(before).toBeGreaterThan(10);
    expect(after).toBeLessThan(before / 4);
    expect(cutError).toBeLessThan(before);
    expect([raster.width, raster.height]).toEqual([32, 32]);
    expect([...colorsIn(raster)].filter((color) => !colorsIn(broken).has(color))).toEqual([]);
  });

  it("changes only pixels near the edges, and the middle stays where it was", () => {
    const crop = repeatedArea(bricks(32), 3, 1, 21, 32);
    const { raster, changedPixels } = repairSeams(crop);
    expect(changedPixels).toBeGreaterThan(0);
    const middle = (picture: Raster) => repeatedArea(picture, 9, 13, 3, 6).data;
    expect(middle(raster)).toEqual(middle(crop));
  });

  it("leaves alone what is seamless, flat, or too small for a strip", () => {
    for (const picture of [grain(16, [0x305030]), repeatedArea(bricks(32), 4, 1, 32, 32), slope(7)]) {
      const before = cloneRaster(picture);
      const repair = repairSeams(picture);
      expect(repair.raster.data).toEqual(before.data);
      expect(repair).toMatchObject({ changedPixels: 0, cutError: 0 });
    }
  });

  it("leaves a pattern alone whose edges meet as its parts do inside", () => {
    const atJoint = repeatedArea(bricks(32), 0, 3, 32, 32);
    expect(seamErrors(atJoint).down).toBeGreaterThan(1.5);
    expect(repairSeams(atJoint).raster.data).toEqual(atJoint.data);
  });

  it("repairs the direction that needs it and keeps the other as good as it was", () => {
    const crop = repeatedArea(bricks(32), 3, 1, 21, 32);
    const before = seamErrors(crop);
    const after = seamErrors(repairSeams(crop).raster);
    expect(after.across).toBeLessThan(before.across);
    expect(after.down).toBeLessThanOrEqual(Math.max(before.down, 1.3));
  });

  it("does the same again", () => {
    expect(repairSeams(slope(24)).raster.data).toEqual(repairSeams(slope(24)).raster.data);
  });
});
