import { describe, expect, it } from "vitest";
import { softVotes } from "./soft-votes.ts";

/** A picture of columns that are all alike: greys by place, opaque. */
function columns(width: number, height: number, greyAt: (x: number) => number): Uint32Array {
  const pixels = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) pixels.fill(greyAt(at % width), at * 4, at * 4 + 3);
  return new Uint32Array(pixels.buffer);
}

/** Two edges, blurred over about ten pixels, whose steepest places are 20.5 and 41 pixels from the left. */
const blurredEdges = (x: number) =>
  255 * (1 / (1 + Math.exp(-(x + 0.5 - 20.5) / 2)) - 0.5 / (1 + Math.exp(-(x + 0.5 - 41) / 2)));

/** The mean place of the votes around a place. */
function placeNear(votes: Float64Array, place: number): number {
  let [sum, moment] = [0, 0];
  for (let at = Math.floor(place) - 6; at <= place + 6; at++) {
    sum += votes[at];
    moment += at * votes[at];
  }
  return moment / sum;
}

describe("softVotes", () => {
  it.each(["near", "far"] as const)("finds where blurred edges are steepest, between pixels: %s", (kind) => {
    const votes = softVotes(columns(64, 10, blurredEdges), 64, 10).x[kind];
    expect(votes.length).toBe(64);
    for (const place of [20.5, 41]) expect(Math.abs(placeNear(votes, place) - place)).toBeLessThan(0.3);
    const isAtEdge = (at: number) => Math.abs(at - 20.5) < 2 || Math.abs(at - 41) < 2;
    expect([...votes].filter((value, at) => value > 0 && !isAtEdge(at))).toEqual([]);
  });

  it("counts the near ones that JPEG would not leave", () => {
    const strongOf = (contrast: number) =>
      softVotes(
        columns(64, 10, (x) => (x < 31 ? 100 : 100 + contrast)),
        64,
        10,
      ).x.strong;
    expect(strongOf(90).reduce((sum, value) => sum + value, 0)).toBe(5);
    expect(strongOf(90)[31]).toBe(5);
    expect(strongOf(10).every((value) => value === 0)).toBe(true);
  });

  it("sees rows as it sees columns", () => {
    const across = columns(64, 64, blurredEdges);
    const down = across.map((_, at) => across[(at % 64) * 64 + Math.floor(at / 64)]);
    const [seen, turned] = [softVotes(across, 64, 64), softVotes(down, 64, 64)];
    expect(turned.y).toEqual(seen.x);
    expect(turned.x).toEqual(seen.y);
    expect(seen.y.near.every((value) => value === 0)).toBe(true);
  });

  it("counts every channel, the last one too, and a black edge as a white one", () => {
    const only = (channel: number, from: number, to: number) => {
      const pixels = new Uint8Array(32 * 4 * 4).fill(100);
      for (let at = 0; at < 32 * 4; at++) pixels[at * 4 + channel] = at % 32 < 16 ? from : to;
      return softVotes(new Uint32Array(pixels.buffer), 32, 4).x;
    };
    const votes = only(0, 100, 130);
    expect(votes.near[16]).toBeGreaterThan(0);
    for (const channel of [1, 2, 3]) expect(only(channel, 100, 130)).toEqual(votes);
    expect(only(3, 130, 100)).toEqual(votes);
  });

  it.each([
    [1, 1],
    [2, 9],
    [5, 3],
  ])("has nothing to say of %i x %i pixels in one color", (width, height) => {
    const { x, y } = softVotes(new Uint32Array(width * height).fill(0x4d4d4d4d), width, height);
    expect([x.near, x.far].map((votes) => [...votes])).toEqual([Array(width).fill(0), Array(width).fill(0)]);
    expect([...y.near]).toEqual(Array(height).fill(0));
  });
});
