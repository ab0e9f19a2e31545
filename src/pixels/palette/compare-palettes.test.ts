import { expect, test } from "vitest";
import { comparePalettes } from "./compare-palettes.ts";

test("a palette and itself in another order are the same", () => {
  expect(comparePalettes(["#ff0000", "#00f"], ["#0000FF", "#f00", "#f00"])).toEqual({
    shared: ["#ff0000", "#0000ff"],
    onlyInFirst: [],
    onlyInSecond: [],
    meanDistance: 0,
    greatestDistance: 0,
  });
});

test("what only one has comes with its nearest colour in the other", () => {
  const { shared, onlyInFirst, onlyInSecond, meanDistance, greatestDistance } = comparePalettes(
    ["#000000"],
    ["#000000", "#ffffff"],
  );
  expect([shared, onlyInFirst]).toEqual([["#000000"], []]);
  expect(onlyInSecond).toEqual([{ color: "#ffffff", nearest: "#000000", distance: expect.closeTo(1, 5) }]);
  expect(meanDistance).toBeCloseTo(1 / 3, 5);
  expect(greatestDistance).toBeCloseTo(1, 5);
});
