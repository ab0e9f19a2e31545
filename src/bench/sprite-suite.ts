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
const batchSize = 16;

/** How fast the embedded model draws 32 px sprites with its default settings, and what it takes. */
export function spriteSuite(config: Config): BenchSuite {
  return {
    name: "sprite",
    description: "The embedded model at 32 px: alone, in a batch of 16, from a cold start; peak memory.",
    async run({ signal, log }) {
      log("cold: from process start to PNG");
      const cold = await measureCold(config, signal);
      const generator = openSpriteGenerator({ folder: join(config.models, "sprite"), threads: config.threads });
      try {
        let seed = 0;
        const draw = () => generator.generate(parseRequest({ prompt, seed: seed++ }), { signal });
        log("warm: one sprite at a time");
        const warm = await measure("warm", draw, { warmups: 3, repetitions: 15, signal });
        log(`batch: ${batchSize} sprites at once`);
        const drawBatch = () => Promise.all(Array.from({ length: batchSize }, draw));
        const batch = await measure("batch", drawBatch, { warmups: 1, repetitions: 5, signal });
        return {
          warmSecondsPerSprite: rounded(warm.median),
          batchSecondsPerSprite: rounded(batch.median / batchSize),
          coldSeconds: rounded(cold.median),
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
async function measureCold(config: Config, signal: AbortSignal) {
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
      { warmups: 1, repetitions: 5, signal },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
