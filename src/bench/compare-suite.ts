import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseRequest } from "#asset";
import type { Config } from "#config";
import { type Generator, openSpriteGenerator } from "#generators";
import { openSqliteQueue } from "#jobs";
import { openLibrary } from "#library";
import { createRaster } from "#pixels";
import { connectInProcess } from "#protocol";
import { type ComparisonInput, type ComparisonPlan, planComparison, runComparison } from "#studio";
import { startDaemon } from "#worker";
import type { BenchSuite } from "./suite.ts";
import { summarize } from "./summary.ts";

/** Seeds a contender, times that everything is measured, and a step of the devices of fixed time. */
const fullPlan = { seeds: 8, rounds: 5, stepMs: 10 };

const prompts = ["red dragon"];
/** What each contender takes beside the others: steps of the sampler, or of a device. */
const steps = [4, 8, 12, 16];

type Lanes = Readonly<Record<string, { readonly open: () => Generator; readonly slots: number }>>;

/**
 * What a comparison costs, over its contenders' own times: those of the same requests drawn by the generator alone, one
 * after the other, without queue, library or finishing. Own times and comparison take turns, so that a busy machine slows
 * both alike.
 */
export function compareSuite(config: Pick<Config, "models">, { seeds, rounds, stepMs } = fullPlan): BenchSuite {
  return {
    name: "compare",
    description: "What a comparison of four contenders costs over their own times: on one device, and on four.",
    async run({ signal, log }) {
      const plan = { seeds, rounds, signal };
      log("one device: the embedded model on one thread");
      const sprite = () => openSpriteGenerator({ folder: join(config.models, "sprite"), threads: 1 });
      const one = await costOf(
        { sprite: { open: sprite, slots: 1 } },
        steps.map((count) => ({ generator: "sprite", steps: count })),
        plan,
      );
      log("four devices of fixed time, one for each contender");
      const devices = steps.map((_, index) => `device${index + 1}`);
      const own = await costOf(
        Object.fromEntries(devices.map((name) => [name, { open: () => deviceOf(name, stepMs), slots: 1 }])),
        steps.map((count, index) => ({ generator: devices[index], steps: count })),
        plan,
      );
      log("four devices of fixed time, shared by all contenders");
      const shared = await costOf(
        { devices: { open: () => deviceOf("devices", stepMs), slots: steps.length } },
        steps.map((count) => ({ generator: "devices", steps: count })),
        plan,
      );
      return {
        contenders: steps.length,
        spritesEach: seeds,
        oneDeviceOverSumOfOwn: one.overSum,
        oneDeviceSumOfOwnSeconds: one.sumSeconds,
        ownDevicesOverSlowest: own.overSlowest,
        sharedDevicesOverSlowest: shared.overSlowest,
        devicesSlowestSeconds: shared.slowestSeconds,
      };
    },
  };
}

type Cost = {
  readonly overSum: number;
  readonly overSlowest: number;
  readonly sumSeconds: number;
  readonly slowestSeconds: number;
};

/** The middle of each figure over all rounds; a first round, which loads what there is to load, does not count. */
async function costOf(
  lanes: Lanes,
  contenders: NonNullable<ComparisonInput["contenders"]>,
  { seeds, rounds, signal }: { readonly seeds: number; readonly rounds: number; readonly signal: AbortSignal },
): Promise<Cost> {
  const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-bench-"));
  const generators = new Map(Object.entries(lanes).map(([name, { open }]) => [name, open()]));
  const named = (name: string) => generators.get(name) as Generator;
  const clock = () => new Date();
  try {
    const library = await openLibrary(join(folder, "library"), { clock });
    const queue = await openSqliteQueue(join(folder, "jobs.db"), { clock, randomId: randomUUID });
    const daemon = await startDaemon({
      queue,
      library,
      generators: Object.fromEntries(
        Object.entries(lanes).map(([name, { slots }]) => [name, { open: () => named(name), slots }]),
      ),
      name: "bench",
      software: "bench",
      clock,
    });
    const client = connectInProcess(daemon.service);
    const runs: Cost[] = [];
    try {
      for (let round = 0; round <= rounds; round++) {
        signal.throwIfAborted();
        const plan = await planComparison(
          { prompts, seeds, seed: 1000 * round, contenders },
          { describe: (name) => named(name).describe(), randomSeed: () => 0, newId: randomUUID },
        );
        const own = await ownSeconds(plan, named, signal);
        const started = performance.now();
        for await (const { failure } of runComparison(plan, { library, queue: client, signal }))
          if (failure !== undefined) throw new Error(failure);
        const seconds = (performance.now() - started) / 1000;
        const sumSeconds = own.reduce((sum, one) => sum + one, 0);
        const slowestSeconds = Math.max(...own);
        runs.push({ overSum: seconds / sumSeconds, overSlowest: seconds / slowestSeconds, sumSeconds, slowestSeconds });
      }
    } finally {
      await client.close();
      await daemon.close(0);
      await queue.close();
      library.close();
    }
    const middle = (figure: keyof Cost) =>
      Math.round(summarize(runs.slice(1).map((run) => run[figure])).median * 1000) / 1000;
    return {
      overSum: middle("overSum"),
      overSlowest: middle("overSlowest"),
      sumSeconds: middle("sumSeconds"),
      slowestSeconds: middle("slowestSeconds"),
    };
  } finally {
    for (const generator of generators.values()) await generator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds of each contender's pictures, drawn one after the other and nothing beside. */
async function ownSeconds(
  { comparison, jobs }: ComparisonPlan,
  named: (name: string) => Generator,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (const contender of comparison.contenders.keys()) {
    const ids = new Set(comparison.rows.map((row) => row.jobs[contender]));
    const started = performance.now();
    for (const { id, generator = "sprite", order } of jobs)
      if (ids.has(id)) await named(generator).generate(parseRequest(order.request), { signal });
    times.push((performance.now() - started) / 1000);
  }
  return times;
}

/** A device that does nothing but take its time, so that many can be had on few cores. */
function deviceOf(name: string, stepMs: number): Generator {
  return {
    describe: async () => ({
      name,
      model: name,
      version: "1",
      hash: "0".repeat(64),
      sizes: [32],
      styles: [],
      defaults: { steps: 8, guidance: 1 },
      parallel: 1,
    }),
    async generate(request, { signal, onProgress } = {}) {
      const exact = { ...request, steps: request.steps ?? 8, guidance: request.guidance ?? 1 };
      for (let step = 1; step <= exact.steps; step++) {
        await sleep(stepMs, undefined, { signal });
        onProgress?.({ kind: "step", step, steps: exact.steps });
      }
      const raster = createRaster(request.size, request.size);
      raster.data.fill(255);
      return { raster, request: exact, seconds: (exact.steps * stepMs) / 1000, notes: [] };
    },
    close: async () => {},
  };
}
