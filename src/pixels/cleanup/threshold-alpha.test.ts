import { describe, expect, it } from "vitest";
import { createRaster } from "../raster.ts";
import { thresholdAlpha } from "./threshold-alpha.ts";

describe("thresholdAlpha", () => {
  const soft = createRaster(2, 2, Uint8ClampedArray.of(1, 2, 3, 0, 1, 2, 3, 99, 4, 5, 6, 100, 7, 8, 9, 255));

  it("makes alpha 0, with black under it, below the threshold and 255 from it on", () => {
    expect([...thresholdAlpha(soft, 100).data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 255, 7, 8, 9, 255]);
  });

  it.each([0, 256, Number.NaN])("refuses the threshold %s", (threshold) => {
    expect(() => thresholdAlpha(soft, threshold)).toThrow(
      `Cannot use the alpha threshold ${threshold}: give a number from 1 to 255`,
    );
  });
});
