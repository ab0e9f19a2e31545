import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { inspectAnimation } from "./inspect-animation.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const frame = (...rows: string[]) => drawRaster(rows, ink);
/** A block of 4 x 4 on a canvas of 20 x 8, with its left edge at x and its lower edge at `bottom`. */
function block(x: number, bottom = 8) {
  return frame(
    ...Array.from({ length: 8 }, (_, y) =>
      y >= bottom - 4 && y < bottom ? `${".".repeat(x)}rgrg${".".repeat(16 - x)}` : ".".repeat(20),
    ),
  );
}
const messages = (...parameters: Parameters<typeof inspectAnimation>) =>
  inspectAnimation(...parameters).faults.map(({ check, message }) => `${check}: ${message}`);

describe("inspectAnimation", () => {
  it("passes a loop that moves and comes back", () => {
    const report = inspectAnimation([block(4), block(5), block(6), block(5)]);
    expect(report).toEqual({
      frames: 4,
      width: 20,
      height: 8,
      paletteColors: 2,
      strayColors: [],
      drift: { px: 1, of: "middle", from: 1, to: 2 },
      loops: [{ tag: null, meanStep: expect.any(Number), closure: 1 }],
      faults: [],
    });
  });

  it("tells the colors that the first frame lacks, with their pixels", () => {
    const frames = [frame("rr", "rg"), frame("rb", "rb"), frame("rr", "gr")];
    expect(inspectAnimation(frames).strayColors).toEqual([{ frame: 2, colors: ["#0000ff"], pixels: 2 }]);
    expect(messages(frames)[0]).toBe("palette: frame 2 has 2 pixels in 1 colors that the first lacks: #0000ff");
  });

  it("measures one that gathers from nothing by its fullest frame", () => {
    const frames = [createRaster(2, 2), frame("..", "r."), frame("rg", "rb")];
    expect(messages(frames, { plays: 1 })).toEqual([]);
  });

  it("tells a jump of the lower edge, and takes a larger one where it is allowed", () => {
    const frames = [block(4), block(4, 4), block(4)];
    expect(messages(frames)).toEqual(["drift: its lower edge moves 4 px from frame 1 to frame 2, more than 3"]);
    expect(messages(frames, { maxDriftPx: 4 })).toEqual([]);
  });

  it("tells a jump sideways, also from the last frame back to the first", () => {
    const frames = [block(2), block(4), block(6), block(8)];
    expect(messages(frames)).toEqual(["drift: its middle moves 6 px from frame 4 to frame 1, more than 3"]);
    expect(messages(frames, { plays: 1 })).toEqual([]);
  });

  it("tells a loop that does not close, for each tag", () => {
    const still = ["rrrrrrrr", "rrrrrrrr"];
    const frames = [
      frame(...still),
      frame("rrrrrrrg", "rrrrrrrr"),
      frame("rrrrrrgg", "rrrrrrrr"),
      frame("rrrrrggg", "rrrrrrrr"),
      frame("rrrrgggg", "rrrrrrrr"),
    ].map((raster, index) => (index === 0 ? frame("rrrrrrrr", "rrrrrrrr") : raster));
    const tag = { name: "burn", from: 0, to: 4 };
    const withGreen = frames.map((raster) => {
      const data = raster.data.slice();
      data.set([0, 255, 0, 255], 15 * 4);
      return { ...raster, data };
    });
    expect(messages(withGreen, { tags: [tag] })).toEqual([
      'loop: "burn": the loop does not close: the last frame differs from the first by 4 times a mean step, more than 2.5',
    ]);
    expect(messages(withGreen, { tags: [{ ...tag, direction: "pingpong" }] })).toEqual([]);
    expect(messages(withGreen, { tags: [{ ...tag, plays: 1 }] })).toEqual([]);
    expect(messages(withGreen, { maxClosure: 4 })).toEqual([]);
  });

  it("tells frames of unequal size, and no movement at all", () => {
    expect(messages([frame("rr"), frame("r")])).toContain("size: frame 2 is 1 x 1 px, the first 2 x 1 px");
    expect(messages([block(4), block(4)])).toEqual(["motion: all frames are alike"]);
    expect(messages([])).toEqual(["motion: there are 0 frames"]);
  });

  it("takes a single frame and empty ones", () => {
    expect(messages([block(4)])).toEqual([]);
    expect(inspectAnimation([createRaster(2, 2)])).toMatchObject({ drift: null, faults: [], paletteColors: 0 });
  });
});
