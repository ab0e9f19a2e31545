import { describe, expect, it } from "vitest";
import { fillNormal } from "./random.ts";
import {
  type Denoise,
  holdBlocks,
  holdBorderClear,
  holdKnown,
  holdOpaque,
  type Planes,
  roll,
  type SamplingPlan,
  sample,
} from "./sampler.ts";

const canvas = 4;
const plan: SamplingPlan = {
  canvas,
  seed: 5,
  steps: 4,
  guidance: 3,
  guidanceInterval: [0.15, 0.95],
  isGuidanceLearned: false,
  wraps: false,
  constraints: [],
};
const ramp = (): Planes => Float32Array.from({ length: 4 * canvas * canvas }, (_, index) => index / 64);
const constant =
  (value: number): Denoise =>
  async (image) =>
    new Float32Array(image.length).fill(value);
const nothing = () => {};

describe("sample", () => {
  it("ends on the picture that the model predicts", async () => {
    const drawn = await sample(plan, async () => ramp(), nothing);
    expect([...drawn]).toEqual([...ramp()]);
  });

  it("shows the model noise first, then less and less of it, at even times", async () => {
    const noise = new Float32Array(64);
    fillNormal(noise, 5, 0);
    const seen: { time: number; first: number }[] = [];
    await sample(
      { ...plan, guidance: 1 },
      async (image, time) => {
        seen.push({ time, first: image[0] });
        return new Float32Array(image.length);
      },
      nothing,
    );
    expect(seen.map(({ time }) => time)).toEqual([1, 0.75, 0.5, 0.25]);
    for (const { time, first } of seen) expect(first).toBeCloseTo(time * noise[0], 5);
  });

  it("guides only inside the interval, away from the negative prediction", async () => {
    const asked: string[] = [];
    const drawn = await sample(
      { ...plan, steps: 2 },
      async (image, time, text) => {
        asked.push(`${time} ${text}`);
        return new Float32Array(image.length).fill(text === "prompt" ? 0.5 : 0.25);
      },
      nothing,
    );
    // At time 1 there is no guidance; at 0.5 it gives 0.25 + 3 (0.5 - 0.25).
    expect(asked).toEqual(["1 prompt", "0.5 prompt", "0.5 negative"]);
    expect(drawn[0]).toBe(1);
  });

  it("asks a model that has learned guidance once a step", async () => {
    const asked: string[] = [];
    await sample(
      { ...plan, steps: 2, isGuidanceLearned: true },
      async (image, time, text, guidance) => {
        asked.push(`${time} ${text} ${guidance}`);
        return image.slice();
      },
      nothing,
    );
    expect(asked).toEqual(["1 prompt 3", "0.5 prompt 3"]);
  });

  it("starts part of the way when given a source", async () => {
    const times: number[] = [];
    const source = { planes: ramp(), strength: 0.5 };
    await sample(
      { ...plan, source, steps: 2, guidance: 1 },
      async (_image, time) => {
        times.push(time);
        return ramp();
      },
      nothing,
    );
    expect(times).toEqual([0.5, 0.25]);
  });

  it("returns the source itself when there is no step to take", async () => {
    const drawn = await sample({ ...plan, steps: 0, source: { planes: ramp(), strength: 0 } }, constant(9), nothing);
    expect([...drawn]).toEqual([...ramp()]);
  });

  it("keeps known pixels on their own path from noise to picture", async () => {
    const noise = new Float32Array(64);
    fillNormal(noise, 5, 0);
    const redraw = new Uint8Array(16).fill(1, 8);
    const seen: number[] = [];
    const drawn = await sample(
      { ...plan, guidance: 1, source: { planes: ramp(), strength: 1 }, constraints: [holdKnown(ramp(), redraw)] },
      async (image, time) => {
        seen.push(image[3] - ((1 - time) * ramp()[3] + time * noise[3]));
        return new Float32Array(64).fill(-1);
      },
      nothing,
    );
    for (const error of seen) expect(error).toBeCloseTo(0, 6);
    expect(drawn[3]).toBe(ramp()[3]);
    expect(drawn[12]).toBe(-1);
  });

  it("shows a tile shifted around its edges, and draws it in place all the same", async () => {
    const firsts = new Set<number>();
    const drawn = await sample(
      { ...plan, wraps: true, steps: 8, guidance: 1 },
      // A model that copies what it is shown must get the noise back unshifted.
      async (image) => {
        firsts.add(image[0]);
        return image.slice();
      },
      nothing,
    );
    const noise = new Float32Array(64);
    fillNormal(noise, 5, 0);
    expect([...drawn]).toEqual([...noise]);
    expect(firsts.size).toBeGreaterThan(1);
  });

  it("ends when a step's listener throws", async () => {
    const stop = () => {
      throw new Error("stop");
    };
    await expect(sample(plan, constant(0), stop)).rejects.toThrow("stop");
  });
});

describe("roll", () => {
  it("moves right and down around the edges", () => {
    const planes = Float32Array.from([1, 2, 3, 4, ...new Array(12).fill(0)]);
    expect([...roll(planes, 2, 1, 0)].slice(0, 4)).toEqual([2, 1, 4, 3]);
    expect([...roll(planes, 2, 0, 1)].slice(0, 4)).toEqual([3, 4, 1, 2]);
  });
});

describe("constraints", () => {
  it("holdBlocks gives every block its mean", () => {
    const planes = ramp();
    holdBlocks(canvas, 2)(planes);
    const mean = (0 + 1 + 4 + 5) / 4 / 64;
    expect([planes[0], planes[1], planes[4], planes[5]]).toEqual([mean, mean, mean, mean]);
    expect(planes[2]).toBe((2 + 3 + 6 + 7) / 4 / 64);
  });

  it("holdOpaque sets alpha alone", () => {
    const planes = ramp();
    holdOpaque(canvas)(planes);
    expect([...planes.subarray(48)]).toEqual(new Array(16).fill(1));
    expect([...planes.subarray(0, 48)]).toEqual([...ramp().subarray(0, 48)]);
  });

  it("holdBorderClear clears the outermost ring", () => {
    const planes = new Float32Array(64).fill(0.5);
    holdBorderClear(canvas, 1)(planes);
    expect([...planes.subarray(48)].map((value) => (value === -1 ? "." : "#")).join("")).toBe(".....##..##.....");
    expect(planes[0]).toBe(0);
    expect(planes[5]).toBe(0.5);
  });
});
