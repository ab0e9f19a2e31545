import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GenerationRequest, parseRequest } from "#asset";
import {
  allTemplateNames,
  type ComfyuiGeneratorOptions,
  type Generator,
  type JobFacts,
  openComfyuiGenerator,
  openServer,
  readTemplate,
} from "#generators";
import { openLibrary } from "#library";
import { countColors, createRaster, encodePng, finish } from "#pixels";
import { recipeFor } from "#worker";
import { encodeSprite } from "#asset";
import { BenchError } from "./bench-error.ts";
import { summarize } from "./summary.ts";
import type { BenchSuite, Figure } from "./suite.ts";

export type ComfyuiSuiteOptions = Pick<ComfyuiGeneratorOptions, "servers"> & {
  /** The built-in workflows, unless given. */
  readonly workflows?: readonly string[];
};

type Row = Readonly<Record<string, Figure>>;

/**
 * How fast every workflow draws on a ComfyUI server, and how much of that is ours: from submission to the stored sprite,
 * less the server's own time and the finishing of the pixels.
 */
export function comfyuiSuite({ servers, workflows }: ComfyuiSuiteOptions): BenchSuite {
  return {
    name: "comfyui",
    description: "Every workflow on a ComfyUI server: seconds, images a minute, our own part, peak VRAM.",
    heeds: ["url", "seeds", "canvas"],
    async run({ signal, log, options: { url, seeds = 12, canvas } }) {
      const headers = servers[0]?.headers;
      const asked =
        url === undefined ? servers : url.split(",").map((one) => ({ url: one.trim().replace(/\/+$/, ""), headers }));
      const [first] = asked;
      const server = openServer(first);
      const { system, devices } = await server.systemStats(signal);
      const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-bench-"));
      const jobs: JobFacts[] = [];
      const generator = openComfyuiGenerator({ servers: asked, canvas, onJob: (facts) => jobs.push(facts) });
      const rows: Row[] = [];
      const skipped: string[] = [];
      try {
        const library = await openLibrary(folder, { clock: () => new Date() });
        try {
          for (const workflow of workflows ?? (await allTemplateNames(undefined))) {
            const trouble = await generator.describe({ workflow }).then(
              () => undefined,
              (error: Error) => error.message,
            );
            if (trouble !== undefined) {
              skipped.push(`${workflow}: ${trouble}`);
              continue;
            }
            log(workflow);
            rows.push(await measureWorkflow(workflow));
          }
        } finally {
          library.close();
        }

        async function measureWorkflow(workflow: string): Promise<Row> {
          const { map } = await readTemplate(workflow, undefined);
          const request = (seed: number, index = 0) => requestFor(workflow, map.batch, map.slots, seed, index);
          const peak = watchMemory(server, signal);
          try {
            // The first loads the model, and is no measure of anything else.
            await generator.generate(request(0), { signal });
            jobs.length = 0;
            const whole: number[] = [];
            const stored: number[] = [];
            for (let seed = 1; seed <= seeds; seed++) {
              const started = performance.now();
              const count = map.batch ?? 1;
              const images = await Promise.all(
                Array.from({ length: count }, (_, index) => generator.generate(request(seed, index), { signal })),
              );
              for (const image of images) {
                const raster = finish(image.raster, [{ step: "alpha", threshold: 128 }]);
                const storing = performance.now();
                const recipe = recipeFor(image.by ?? (await generator.describe()), image.request, [], "bench");
                const png = encodeSprite(raster, recipe);
                const { width, height } = raster;
                await library.add({ png, recipe, width, height, seconds: 1, colors: countColors(raster) });
                stored.push((performance.now() - storing) / count);
              }
              whole.push((performance.now() - started) / 1000 / count);
            }
            const own = await ownMilliseconds(jobs);
            const median = (samples: readonly number[]) => summarize(samples).median;
            const ownTotal = median(own) + median(stored) * (map.batch ?? 1);
            const { median: p50, p95 } = summarize(whole);
            return {
              workflow,
              p50Seconds: rounded(p50, 3),
              p95Seconds: rounded(p95, 3),
              imagesPerMinute: rounded(await throughput(generator, request, map.batch ?? 1, signal), 1),
              ownMillisecondsPerJob: rounded(ownTotal, 1),
              ownPercent: rounded((100 * ownTotal) / (p50 * 1000 * (map.batch ?? 1)), 1),
              peakVramMegabytes: peak.megabytes(),
            };
          } finally {
            peak.stop();
          }
        }
      } finally {
        await generator.close();
        await rm(folder, { recursive: true, force: true });
      }
      if (rows.length === 0)
        throw new BenchError("bad-figure", `Cannot measure ${first.url}: ${skipped.join("; ")}`, {
          subject: "comfyui",
          value: first.url,
        });
      return {
        comfyui: system.comfyui_version ?? "not known",
        pytorch: system.pytorch_version ?? "not known",
        device: devices.map(({ name }) => name).join(", ") || "not known",
        picturesPerWorkflow: seeds,
        ...(canvas !== undefined && { canvas }),
        workflows: rows,
        ...(skipped.length > 0 && { skipped: skipped.join("; ") }),
      };
    },
  };
}

/** Images a minute when there is always a job that waits. */
async function throughput(
  generator: Generator,
  request: (seed: number, index?: number) => GenerationRequest,
  batch: number,
  signal: AbortSignal,
): Promise<number> {
  const jobs = batch > 1 ? 3 : 8;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: jobs * batch }, (_, number) =>
      generator.generate(request(1000 + Math.floor(number / batch), number % batch), { signal }),
    ),
  );
  return (jobs * batch * 60_000) / (performance.now() - started);
}

/** Of each job: from submission until its pictures were here, less the time the server says it took. */
async function ownMilliseconds(jobs: readonly JobFacts[]): Promise<readonly number[]> {
  const own = await Promise.all(
    jobs.map(async ({ milliseconds, serverMilliseconds }) => milliseconds - ((await serverMilliseconds()) ?? 0)),
  );
  return own;
}

function requestFor(
  workflow: string,
  batch: number | undefined,
  slots: Readonly<Record<string, unknown>>,
  seed: number,
  index: number,
): GenerationRequest {
  const size = 64;
  const picture = createRaster(size, size);
  picture.data.fill(255);
  const png = Buffer.from(encodePng(picture)).toString("base64");
  return parseRequest({
    prompt: "knight with a sword and a shield",
    seed,
    size,
    workflow,
    tile: workflow.endsWith("tile"),
    ...(batch !== undefined && { batch: { count: batch, index } }),
    ...("image" in slots && { source: { png, strength: 0.6, ...("mask" in slots && { mask: png }) } }),
  });
}

/** The most memory in use on the server's first device while it is watched. */
function watchMemory(server: ReturnType<typeof openServer>, signal: AbortSignal) {
  let most = 0;
  const look = async () => {
    const stats = await server.systemStats(signal).catch(() => undefined);
    const [device] = stats?.devices ?? [];
    if (device !== undefined) most = Math.max(most, device.vram_total - device.vram_free);
  };
  const timer = setInterval(() => void look(), 250);
  return { megabytes: () => Math.round(most / 1e6), stop: () => clearInterval(timer) };
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
