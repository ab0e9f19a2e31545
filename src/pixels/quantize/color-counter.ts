import { formatHexColor } from "../hex-color.ts";
import type { Raster } from "../raster.ts";
import { autoColorCountOf } from "./auto-color-count.ts";
import { countPixels, histogramOfCounts } from "./color-histogram.ts";
import { checkColorCount, chooseColors } from "./extract-palette.ts";

/** Gathers the colours of many pictures, which need not be kept, for one palette that serves them all. */
export type ColorCounter = {
  readonly add: (raster: Raster) => void;
  /** How many different colours there are so far. */
  readonly colors: () => number;
  /**
   * What `extractPalette` would give for all pictures as one, "#rrggbb" from dark to light: `count` colours (1 to 256),
   * or as few as look the same, at most 32, for "auto". None when no pixel was visible.
   */
  readonly palette: (count: number | "auto") => string[];
};

export function createColorCounter(): ColorCounter {
  const counts = new Map<number, number>();
  return {
    add: (raster) => void countPixels(raster, counts),
    colors: () => counts.size,
    palette(count) {
      if (count !== "auto") checkColorCount(count);
      if (counts.size === 0) return [];
      const histogram = histogramOfCounts(counts);
      const chosen = chooseColors(histogram, count === "auto" ? autoColorCountOf(histogram, 32) : count);
      return Array.from(chosen, formatHexColor);
    },
  };
}
