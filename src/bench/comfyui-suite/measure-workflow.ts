import { encodeSprite, type GenerationRequest, parseRequest } from "#asset";
import type { GeneratedImage, Generator, JobFacts, Server, SlotMap } from "#generators";
import type { Library } from "#library";
import { countColors, createRaster, encodePng, finish } from "#pixels";
import { recipeFor } from "#worker";
import { summarize } from "../summary.ts";
import type { Figure } from "../suite.ts";
import { peakMemoryDuring } from "./watch-memory.ts";

/** What draws, how its jobs went, and where its sprites go. */
export type Bench = {
  readonly generator: Generator;
  /** Grows by each job that ends. */
  readonly jobs: JobFacts[];
  readonly library: Library;
  /** The one whose memory is watched. */
  readonly server: Server;
  readonly signal: AbortSignal;
  /** In place of the workflow's own. */
  readonly settings?: Pick<GenerationRequest, "steps" | "guidance"> | undefined;
};

/** Jobs of one picture that are asked for at once, to see how many a server draws when it never waits; batches are fewer. */
const jobsAtOnce = { single: 6, batch: 3 };

/**
 * One workflow: seconds a picture from the request to the stored sprite, the server's part of it, ours, images a minute
 * when there is always a job that waits, and memory. `pictures` are drawn one job after the other, in a process that is
 * warm: two pictures are drawn, finished and stored before, whose model is loaded and whose code is compiled meanwhile.
 */
export async function measureWorkflow(
  { generator, jobs, library, server, signal, settings }: Bench,
  workflow: string,
  map: SlotMap,
  pictures: number,
): Promise<Readonly<Record<string, Figure>>> {
  const count = map.batch ?? 1;
  const request = (seed: number, index: number) => ({ ...requestFor(workflow, map, seed, index), ...settings });
  const drawJob = (seed: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => generator.generate(request(seed, index), { signal })));
  /** Finishes and stores what a job gave, and answers the milliseconds that storing took. */
  const store = async (images: readonly GeneratedImage[]) => {
    let storedMs = 0;
    for (const image of images) {
      const raster = finish(image.raster, [{ step: "alpha", threshold: 128 }]);
      const storing = performance.now();
      const recipe = recipeFor(image.by ?? (await generator.describe()), image.request, [], "bench");
      const png = encodeSprite(raster, recipe);
      const { width, height } = raster;
      await library.add({ png, recipe, width, height, seconds: 1, colors: countColors(raster) });
      storedMs += performance.now() - storing;
    }
    return storedMs;
  };
  await server.free(signal);
  let imagesPerMinute = 0;
  const { inUse, taken } = await peakMemoryDuring(
    server,
    async () => {
      // The first loads the model, and in the second kernels may still be chosen; neither measures anything else.
      await store(await drawJob(0));
      if (count === 1) await store(await drawJob(1));
      const atOnce = count === 1 ? jobsAtOnce.single : jobsAtOnce.batch;
      const ends: number[] = [];
      const waiting = Array.from({ length: atOnce }, async (_, job) => {
        await drawJob(1000 + job);
        ends.push(performance.now());
      });
      await Promise.all(waiting);
      // From the first end on: what follows the last picture waits for no other, as it would for the next in a long queue.
      const between = Math.max(...ends) - Math.min(...ends);
      imagesPerMinute = ((atOnce - 1) * count * 60_000) / Math.max(between, 1e-3);
    },
    signal,
  );

  jobs.length = 0;
  const whole: number[] = [];
  const stored: number[] = [];
  for (let job = 0; job < Math.max(2, Math.ceil(pictures / count)); job++) {
    const asked = performance.now();
    stored.push(await store(await drawJob(2 + job)));
    whole.push(performance.now() - asked);
  }
  const servers = await Promise.all(jobs.map(async ({ serverMilliseconds }) => (await serverMilliseconds()) ?? 0));
  // Submission, waiting for its words, download and decoding of the pictures; then encoding and the library.
  const ownMs = median(jobs.map(({ milliseconds }, job) => milliseconds - servers[job])) + median(stored);
  const { median: p50Ms, p95: p95Ms } = summarize(whole);
  return {
    workflow,
    p50Seconds: rounded(p50Ms / 1000 / count, 3),
    p95Seconds: rounded(p95Ms / 1000 / count, 3),
    serverP50Seconds: rounded(median(servers) / 1000 / count, 3),
    imagesPerMinute: rounded(imagesPerMinute, 1),
    ownMillisecondsPerJob: rounded(ownMs, 1),
    ownPercent: rounded((100 * ownMs) / p50Ms, 1),
    finishingMillisecondsPerJob: rounded(p50Ms - median(servers) - ownMs, 1),
    peakVramMegabytes: Math.round(inUse / 1e6),
    ...(taken !== undefined && { takenVramMegabytes: Math.round(taken / 1e6) }),
  };
}

function requestFor(workflow: string, { batch, slots }: SlotMap, seed: number, index: number): GenerationRequest {
  const size = 64;
  const picture = createRaster(size, size);
  picture.data.fill(255);
  const png = Buffer.from(encodePng(picture)).toString("base64");
  return parseRequest({
    // Another each time, since a server keeps what it made of words that it has just read.
    prompt: `knight with a sword and a shield of ${seed} colors`,
    seed,
    size,
    workflow,
    tile: workflow.endsWith("tile"),
    ...(batch !== undefined && { batch: { count: batch, index } }),
    ...("image" in slots && { source: { png, strength: 0.6, ...("mask" in slots && { mask: png }) } }),
  });
}

function median(samples: readonly number[]): number {
  return summarize(samples).median;
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
