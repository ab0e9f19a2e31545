import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { parseRequest } from "#asset";
import { type Generator, GeneratorError } from "#generators";
import { type JobQueue, openSqliteQueue } from "#jobs";
import { type Library, openLibrary } from "#library";
import { createRaster } from "#pixels";
import { type Client, connectInProcess, type Params } from "#protocol";
import { type Daemon, type DaemonOptions, startDaemon } from "./start-daemon.ts";

export type SampleGenerator = Generator & {
  /** Prompts whose drawing has begun, in order. */
  readonly begun: string[];
  /** Until called, drawing stops after its first step. */
  readonly letGo: () => void;
};

/** Paints a colour that the seed decides, in four steps. A prompt can ask for trouble. */
export function sampleGenerator({ isHeld = false } = {}): SampleGenerator {
  const begun: string[] = [];
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  if (!isHeld) letGo();
  return {
    begun,
    letGo,
    async describe() {
      const facts = { name: "sprite", model: "flat", version: "1.0.0", hash: "a".repeat(64) };
      return { ...facts, sizes: [8], styles: [], defaults: { steps: 4, guidance: 1 }, parallel: 2 };
    },
    async generate(request, { signal, onProgress } = {}) {
      begun.push(request.prompt);
      for (let step = 1; step <= 4; step++) {
        signal?.throwIfAborted();
        const color = [request.seed & 255, (request.seed >> 8) & 255, step * 50, 255];
        const preview = createRaster(
          8,
          8,
          Uint8ClampedArray.from({ length: 256 }, (_, at) => color[at % 4]),
        );
        onProgress?.({ kind: "step", step, steps: 4, preview });
        const stopped = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
        await Promise.race([held, stopped]);
      }
      signal?.throwIfAborted();
      if (request.prompt.includes("impossible"))
        throw new GeneratorError("unsupported", "Cannot draw the impossible: ask for something else");
      if (request.prompt.includes("away")) throw new GeneratorError("server-unreachable", "Cannot reach the server");
      if (request.prompt.includes("broken")) throw new GeneratorError("model-failed", "Cannot draw it: try again");
      const color = [request.seed & 255, (request.seed >> 8) & 255, 7, 255];
      const raster = createRaster(
        8,
        8,
        Uint8ClampedArray.from({ length: 256 }, (_, at) => color[at % 4]),
      );
      return { raster, request: { ...request, steps: 4, guidance: 1 }, seconds: 0.01, notes: ["flat"] };
    },
    async close() {},
  };
}

export type SampleDaemon = {
  readonly folder: string;
  readonly queue: JobQueue;
  readonly library: Library;
  readonly generator: SampleGenerator;
  readonly daemon: Daemon;
  readonly client: Client;
  readonly trouble: unknown[];
};

/** A daemon on a folder of the test's own. */
export async function sampleDaemon(
  changes: Partial<DaemonOptions> = {},
  { generator = sampleGenerator(), folder }: { generator?: SampleGenerator; folder?: string } = {},
): Promise<SampleDaemon> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), "dgx-w-")));
  const clock = () => new Date();
  const queue = await openSqliteQueue(join(home, "jobs.db"), { clock, randomId: randomUUID, backoffMs: () => 20 });
  const library = await openLibrary(join(home, "library"), { clock });
  const trouble: unknown[] = [];
  const daemon = await startDaemon({
    queue,
    library,
    generators: { sprite: { open: () => generator, slots: 2 } },
    name: "box-1",
    software: "dgx-pixels 9.9.9",
    clock,
    leaseMs: 1000,
    onTrouble: (error) => trouble.push(error),
    ...changes,
  });
  const client = connectInProcess(daemon.service);
  onTestFinished(async () => {
    generator.letGo();
    await client.close();
    await daemon.close(0);
    await queue.close();
    library.close();
    if (folder === undefined) await rm(home, { recursive: true, force: true });
  });
  return { folder: home, queue, library, generator, daemon, client, trouble };
}

export type SampleOrder = Params<"add">["jobs"][number];

export function orderFor(prompt: string, changes: Partial<SampleOrder> = {}): SampleOrder {
  const request = parseRequest({ prompt, seed: 7, size: 8 });
  return { id: randomUUID(), order: { request, finishing: [{ step: "orphans" }] }, ...changes };
}

/** Waits, as long as a loaded machine may take, until something holds. */
export const eventually = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });
