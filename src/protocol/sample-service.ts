import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { parseRequest } from "#asset";
import { type JobQueue, openSqliteQueue, type QueueOptions } from "#jobs";
import type { Params } from "./requests.ts";
import { createService, type Service } from "./service.ts";

export type SampleService = { readonly queue: JobQueue; readonly service: Service; readonly folder: string };

/** A service on a queue of the test's own, in a folder that goes away with it. */
export async function sampleService(
  options: Partial<QueueOptions> = {},
  folder?: string,
  session: string = randomUUID(),
): Promise<SampleService> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), "dgx-p-")));
  const queue = await openSqliteQueue(join(home, "jobs.db"), {
    clock: () => new Date(),
    randomId: randomUUID,
    ...options,
  });
  const service = createService({
    queue,
    daemon: { software: "dgx-pixels 9.9.9", session, library: home },
    lanes: ["sprite", "comfyui"],
    describeGenerators: async () => [
      {
        name: "sprite",
        model: "tiny",
        version: "1.0.0",
        hash: "0".repeat(64),
        sizes: [16, 32],
        styles: [],
        defaults: { steps: 8, guidance: 3 },
        parallel: 2,
      },
    ],
    describeGenerator: async (name) => ({
      name,
      model: "tiny",
      version: "1.0.0",
      hash: "0".repeat(64),
      sizes: [16],
      styles: [],
      defaults: { steps: 8, guidance: 3 },
      parallel: 2,
      batch: 4,
    }),
    slots: () => [{ name: "sprite-1", lanes: ["sprite"] }],
    isDraining: () => false,
    startedMs: 1,
  });
  onTestFinished(async () => {
    service.close();
    await queue.close();
    if (folder === undefined) await rm(home, { recursive: true, force: true });
  });
  return { queue, service, folder: home };
}

export type SampleJob = Params<"add">["jobs"][number];

export function sampleJob(changes: Partial<SampleJob> = {}): SampleJob {
  const request = parseRequest({ prompt: "red dragon", seed: 7 });
  return { id: randomUUID(), order: { request, finishing: [{ step: "orphans" }] }, ...changes };
}

/** Waits, as long as a loaded machine may take, until something holds. */
export const eventually = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });
