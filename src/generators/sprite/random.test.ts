import { describe, expect, it } from "vitest";
import { fillNormal, inverseNormal, uniformIntegers } from "./random.ts";

describe("uniformIntegers", () => {
  it("gives the sequence of an independent implementation, on which every recipe rests", () => {
    const next = uniformIntegers(1, 0);
    expect([next(), next(), next(), next()]).toEqual([3187778163, 3899520863, 270678034, 2950105546]);
  });

  it("gives other numbers for another seed and another stream", () => {
    const first = (seed: number, stream: number) => uniformIntegers(seed, stream)();
    expect(new Set([first(0, 0), first(1, 0), first(0, 1), first(1, 1), first(0xffffffff, 0)]).size).toBe(5);
  });
});

describe("inverseNormal", () => {
  it.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.025, -1.959963984540054],
    [0.841344746068543, 1],
    [0.0013498980316301, -3],
    [1e-10, -6.361340902404056],
    [1 - 2 ** -33, 6.337957754],
  ])("of %f is %f", (p, expected) => {
    expect(inverseNormal(p)).toBeCloseTo(expected, 6);
  });
});

describe("fillNormal", () => {
  it("has mean 0, variance 1 and the tails of a normal distribution", () => {
    const values = new Float32Array(200_000);
    fillNormal(values, 42, 0);
    let sum = 0;
    let squares = 0;
    let beyondTwo = 0;
    for (const value of values) {
      sum += value;
      squares += value * value;
      if (Math.abs(value) > 2) beyondTwo++;
    }
    expect(Math.abs(sum / values.length)).toBeLessThan(0.01);
    expect(squares / values.length).toBeCloseTo(1, 1);
    expect(beyondTwo / values.length).toBeCloseTo(0.0455, 2);
  });
});
