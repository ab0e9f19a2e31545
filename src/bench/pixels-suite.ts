import type { Config } from "#config";
import { measure } from "./measure.ts";
import { paletteRows } from "./pixels-suite/palette-rows.ts";
import type { PixelsRow } from "./pixels-suite/row.ts";
import { sheetRows } from "./pixels-suite/sheet-rows.ts";
import { surveyTilesets } from "./pixels-suite/survey-tilesets.ts";
import { tilesetRows } from "./pixels-suite/tileset-rows.ts";
import type { BenchSuite } from "./suite.ts";

/** Of this process: pure computing takes as long on a busy machine, but for the caches that others share. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const allRows = (): readonly PixelsRow[] => [...paletteRows(), ...sheetRows(), ...tilesetRows()];

/** How fast the pixel workshop is, a row a figure; and how well the seams of tilesets fit, of textures that are drawn. */
export function pixelsSuite(
  config: Pick<Config, "models" | "threads">,
  {
    rows = allRows(),
    warmups = 2,
    repetitions = 9,
    textures,
  }: {
    readonly rows?: readonly PixelsRow[];
    readonly warmups?: number;
    readonly repetitions?: number;
    /** Textures of each size in the survey; 40 by default. */
    readonly textures?: number;
  } = {},
): BenchSuite {
  return {
    name: "pixels",
    description:
      "The pixel workshop on one core: palettes, dithering, atlases, tilesets; milliseconds of processor time, seams.",
    async run({ signal, log }) {
      const figures: Record<string, number> = {};
      for (const { name, prepare, figures: counted } of rows) {
        log(name);
        const { median } = await measure(name, await prepare(), { warmups, repetitions, signal, nowMs: processorMs });
        figures[`${name}Milliseconds`] = Math.round(median * 10_000) / 10;
        Object.assign(figures, counted?.());
      }
      return { ...figures, ...(await surveyTilesets(config, { textures, signal, log })) };
    },
  };
}
