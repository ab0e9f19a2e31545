import { expect, test } from "vitest";
import { summarize } from "./summary.ts";

test("an odd number of samples", () => {
  expect(summarize([3, 1, 10])).toEqual({ median: 3, min: 1, max: 10, p95: 10, samples: [3, 1, 10] });
});

test("an even number of samples: the median lies between the middle two", () => {
  expect(summarize([4, 1, 3, 2]).median).toBe(2.5);
});

test("one sample", () => {
  expect(summarize([7])).toEqual({ median: 7, min: 7, max: 7, p95: 7, samples: [7] });
});

test("with enough samples p95 leaves out the rare ones", () => {
  const samples = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(summarize(samples).p95).toBe(95);
  expect(summarize(samples.slice(0, 20)).p95).toBe(19);
});

test("numbers are sorted as numbers", () => {
  expect(summarize([10, 9, 2]).median).toBe(9);
});

test("nothing cannot be summarized", () => {
  expect(() => summarize([])).toThrow(RangeError);
});
