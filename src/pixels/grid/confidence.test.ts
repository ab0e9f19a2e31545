import { expect, it } from "vitest";
import { confidenceBeside, confidenceOf } from "./confidence.ts";

it("never falls when the probability grows, and stays a probability", () => {
  const confidences = Array.from({ length: 101 }, (_, percent) => confidenceOf(percent / 100));
  expect(confidences).toEqual(confidences.toSorted((a, b) => a - b));
  expect(confidences[0]).toBeGreaterThan(0);
  expect(confidences[100]).toBeLessThan(1);
  expect(new Set(confidences).size).toBeGreaterThan(3);
});

it("leaves to other guesses no more than the best does not claim", () => {
  expect(confidenceBeside(0.86, 0.1)).toBe(0.1);
  expect(confidenceBeside(0.86, 0.4)).toBeCloseTo(0.14);
  expect(confidenceBeside(0.23, 0.6)).toBe(0.23);
});
