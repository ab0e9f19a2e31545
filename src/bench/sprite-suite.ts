import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseRequest } from "#asset";
import type { Config } from "#config";
import { openSpriteGenerator } from "#generators";
import { measure } from "./measure.ts";
import type { BenchSuite } from "./suite.ts";

const prompt = "wizard in a purple robe holding a staff";

/** Runs of each kind, and sprites in a batch. */
const fullPlan = { cold: 5, warm: 15, batches: 5, batchSize: 16 };

/** How fast the embedded model draws 32 px sprites with its default settings, and what it takes. */
export function spriteSuite(
  config: Pick<Config, "models" | "threads">,
  { cold, warm, batches, batchSize } = fullPlan,
): BenchSuite {
  return {
    name: "sprite",
    description: `The embedded model at 32 px: alone, in a batch of ${batchSize}, from a cold start; peak memory.`,
    async run({ signal, log }) {
      log("cold: from process start to PNG");
      const fromCold = await measureCold(config, cold, signal);
      const generator = openSpriteGenerator({ folder: join(config.models, "sprite"), threads: config.threads });
      try {
        let seed = 0;
        const draw = () => generator.generate(parseRequest({ prompt, seed: seed++ }), { signal });
        log("warm: one sprite at a time");
        const alone = await measure("warm", draw, { warmups: Math.min(3, warm), repetitions: warm, signal });
        log(`batch: ${batchSize} sprites at once`);
        const drawBatch = () => Promise.all(Array.from({ length: batchSize }, draw));
        const together = await measure("batch", drawBatch, { repetitions: batches, signal });
        return {
          warmSecondsPerSprite: rounded(alone.median),
          batchSecondsPerSprite: rounded(together.median / batchSize),
          coldSeconds: rounded(fromCold.median),
          // Of this process, which holds a network for every thread by now; maxRSS is in kilobytes.
          peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
        };
      } finally {
        await generator.close();
      }
    },
  };
}

/** Runs the command line as a person would, into a library of its own. */
async function measureCold(config: Pick<Config, "models" | "threads">, repetitions: number, signal: AbortSignal) {
  const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-bench-"));
  const launcher = fileURLToPath(new URL("../../bin/dgx-pixels.js", import.meta.url));
  const settings = {
    DGX_PIXELS_LIBRARY: folder,
    DGX_PIXELS_MODELS: config.models,
    DGX_PIXELS_THREADS: String(config.threads),
  };
  // The home folder is where settings are read from and caches are kept; PATH is needed by no part of this.
  const env = { ...settings, HOME: folder };
  try {
    return await measure(
      "cold",
      () => promisify(execFile)(process.execPath, [launcher, "generate", prompt, "--json"], { signal, env }),
      { repetitions, signal },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
