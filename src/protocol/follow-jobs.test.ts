import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Claim, JobQueue } from "#jobs";
import type { Client } from "./client.ts";
import { followJobs } from "./follow-jobs.ts";
import { connectInProcess } from "./in-process/connect-in-process.ts";
import { eventually, sampleJob, sampleService } from "./sample-service.ts";
import type { Service } from "./service.ts";

const group = "batch";
const result = { png: "", seconds: 0.1, notes: [], width: 8, height: 8, colors: 1 };
let queue: JobQueue;
let service: Service;
let client: Client;
beforeEach(async () => {
  ({ queue, service } = await sampleService());
  client = connectInProcess(service);
  onTestFinished(() => client.close());
});

async function claim(): Promise<Claim> {
  const claim = await queue.claim({ worker: "box-1", lanes: ["sprite"], leaseMs: 60_000 });
  if (claim === undefined) throw new Error("Cannot claim: there is no job");
  return claim;
}

async function followed(count: number, options: Parameters<typeof followJobs>[3] = {}) {
  const jobs = Array.from({ length: count }, () => sampleJob({ group }));
  const ids = jobs.map(({ id }) => id);
  const following = followJobs(client, group, ids, options);
  onTestFinished(() => following.stop());
  await client.add({ jobs });
  return { ids, following };
}

describe("jobs that are followed", () => {
  it("are told when they end, each as it ended, with progress on the way", async () => {
    const steps: number[] = [];
    const { ids, following } = await followed(3, { onProgress: ({ step }) => steps.push(step) });
    const first = await claim();
    service.progress(ids[0], { step: 2, steps: 8 });
    service.progress(randomUUID(), { step: 7, steps: 8 });
    await queue.complete(first, result);
    await queue.fail(await claim(), { code: "odd", message: "Cannot draw it" }, { isPermanent: true });
    expect(following.open()).toEqual([ids[2]]);
    await client.cancel({ id: ids[2] });
    const ended = await Promise.all(ids.map((id) => following.ended(id)));
    expect(ended.map(({ state }) => state)).toEqual(["done", "failed", "cancelled"]);
    expect(following.open()).toEqual([]);
    expect(steps).toEqual([2]);
    await expect(following.ended("another")).rejects.toThrow("it is not followed");
  });

  it("are looked for when events were missed", async () => {
    const jobs = [sampleJob({ group })];
    await client.add({ jobs });
    let missed = () => {};
    const deaf: Client = {
      ...client,
      list: client.list,
      watch: (listener) => {
        missed = () => listener({ kind: "missed" });
        return () => {};
      },
    };
    const following = followJobs(deaf, group, [jobs[0].id]);
    onTestFinished(() => following.stop());
    await queue.complete(await claim(), result);
    expect(following.open()).toHaveLength(1);
    missed();
    expect((await following.ended(jobs[0].id)).state).toBe("done");
  });

  it("are given up when they are removed, when nobody answers, or by the signal", async () => {
    const { ids, following } = await followed(1);
    await client.cancel({ id: ids[0] });
    await client.remove({ id: ids[0] });
    // Ended before it was removed.
    expect((await following.ended(ids[0])).state).toBe("cancelled");

    const end = new AbortController();
    const { ids: others, following: other } = await followed(1, { signal: end.signal });
    const reason = new DOMException("stop", "AbortError");
    end.abort(reason);
    await expect(other.ended(others[0])).rejects.toBe(reason);
    // Whoever gave up still knows what to cancel.
    expect(other.open()).toEqual(others);

    let tell: Parameters<Client["watch"]>[0] = () => {};
    const lost: Client = {
      ...client,
      list: () => Promise.reject(new Error("Cannot reach the daemon")),
      watch: (listener) => {
        tell = listener;
        return () => {};
      },
    };
    const [gone, silent] = [randomUUID(), randomUUID()];
    const third = followJobs(lost, group, [gone, silent]);
    onTestFinished(() => third.stop());
    tell({ kind: "removed", id: gone });
    await expect(third.ended(gone)).rejects.toThrow("somebody removed it");
    tell({ kind: "missed" });
    await expect(third.ended(silent)).rejects.toThrow("Cannot reach the daemon");
    await eventually(() => expect(third.open()).toEqual([silent]));
  });
});
