import { describe, expect, it } from "vitest";
import { kernelDistance } from "./kernel-distance.ts";

const vector = (...values: readonly number[]) => Float32Array.from(values);

describe("kernelDistance", () => {
  it("has the value of the definition", () => {
    // Kernels: (0.5 + 1)^3 within the first set, 1 within the second, and (0.5 + 1)^3 or 1 between them.
    const first = [vector(1, 0), vector(1, 0)];
    const second = [vector(0, 0), vector(0, 1)];
    expect(kernelDistance(first, second)).toBeCloseTo(1.5 ** 3 + 1 - 2 * 1, 10);
  });

  it("is near 0 for two samples of one distribution, and far from it for two", () => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const sample = (shift: number) =>
      Array.from({ length: 200 }, () => vector(random() + shift, random(), random(), random()));
    expect(Math.abs(kernelDistance(sample(0), sample(0)))).toBeLessThan(0.02);
    expect(kernelDistance(sample(0), sample(1))).toBeGreaterThan(0.1);
  });
});
