import { measure } from "./measure.ts";
import { paletteRows } from "./pixels-suite/palette-rows.ts";
import type { PixelsRow } from "./pixels-suite/row.ts";
import type { BenchSuite } from "./suite.ts";

/** How fast the pixel workshop is, a row a figure. */
export function pixelsSuite(
  rows: readonly PixelsRow[] = paletteRows(),
  { warmups = 2, repetitions = 9 } = {},
): BenchSuite {
  return {
    name: "pixels",
    description: "The pixel workshop on one core: palettes, dithering; milliseconds.",
    async run({ signal, log }) {
      const figures: Record<string, number> = {};
      for (const { name, prepare } of rows) {
        log(name);
        const { median } = await measure(name, await prepare(), { warmups, repetitions, signal });
        figures[`${name}Milliseconds`] = Math.round(median * 10_000) / 10;
      }
      return figures;
    },
  };
}
