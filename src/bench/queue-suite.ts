import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Claim, type JobQueue, type NewJob, type PrivateRedis, startPrivateRedis } from "#jobs";
import { BenchError } from "./bench-error.ts";
import { openQueueOf, type QueueKind } from "./queue-suite/queue-kinds.ts";
import type { BenchSuite } from "./suite.ts";
import { type Summary, summarize } from "./summary.ts";

const lane = "bench";
const claimOptions = { worker: "bench", lanes: [lane], leaseMs: 60_000 };
const warmups = 100;

/** How many jobs run; how many are added one by one; how often a worker is killed, and the lease it had. */
const fullPlan = { jobs: 5000, adds: 1000, losses: 5, leaseMs: 1000 };

/** How fast both queues are, and how soon the job of a killed worker runs again. */
export function queueSuite({ jobs, adds, losses, leaseMs } = fullPlan): BenchSuite {
  const plan = { jobs, adds, losses, leaseMs };
  return {
    name: "queue",
    description:
      `${jobs.toLocaleString("en")} jobs through each queue: jobs a second, latency of every step, recovery after kill -9; ` +
      "BullMQ where redis-server is installed.",
    async run({ signal, log }) {
      const folder = await mkdtemp(join(tmpdir(), "dgx-"));
      try {
        const diskSyncMilliseconds = await syncMilliseconds(join(folder, "synced"), signal);
        const sqlite = await figuresOf("sqlite", join(folder, "queue.db"), plan, { signal, log });
        const redis = await startedRedis(folder);
        if (redis === undefined)
          return { jobs, diskSyncMilliseconds, ...sqlite, bullmq: "not measured: redis-server is not installed" };
        try {
          const bullmq = await figuresOf("bullmq", redis.url, plan, { signal, log });
          return { jobs, diskSyncMilliseconds, ...sqlite, ...bullmq };
        } finally {
          await redis.stop();
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** What the disk takes to keep a page for good, below which no acknowledged change can go. */
async function syncMilliseconds(path: string, signal: AbortSignal): Promise<number> {
  await using file = await open(path, "w");
  const page = new Uint8Array(4096);
  const { median } = await timesOf(100, signal, async () => {
    await file.write(page);
    await file.datasync();
  });
  return rounded(median);
}

async function startedRedis(folder: string): Promise<PrivateRedis | undefined> {
  try {
    return await startPrivateRedis(folder);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw cause;
  }
}

async function figuresOf(
  kind: QueueKind,
  place: string,
  { jobs, adds, losses, leaseMs }: typeof fullPlan,
  { signal, log }: { readonly signal: AbortSignal; readonly log: (text: string) => void },
): Promise<Record<string, number>> {
  const queue = await openQueueOf(kind, place);
  try {
    log(`${kind}: ${warmups + adds} jobs added one by one`);
    for (let turn = 0; turn < warmups; turn++) await queue.add([aJob()]);
    const added = await timesOf(adds, signal, () => queue.add([aJob()]));
    log(`${kind}: ${jobs} jobs claimed and completed`);
    for (let left = jobs - adds; left > 0; left -= 100)
      await queue.add(Array.from({ length: Math.min(left, 100) }, aJob));
    for (let turn = 0; turn < warmups; turn++) await queue.complete(await claimed(queue), null);
    const claims: number[] = [];
    const completions: number[] = [];
    for (let turn = 0; turn < jobs; turn++) {
      signal.throwIfAborted();
      const started = performance.now();
      const claim = await claimed(queue);
      const claimedAt = performance.now();
      await queue.complete(claim, { file: "sprites/red-dragon.png" });
      claims.push(claimedAt - started);
      completions.push(performance.now() - claimedAt);
    }
    const totalMs = [...claims, ...completions].reduce((sum, ms) => sum + ms, 0);
    log(`${kind}: a worker is killed, ${losses} times`);
    const recoveries: number[] = [];
    for (let turn = 0; turn < losses; turn++) {
      signal.throwIfAborted();
      recoveries.push((await recoveryMs(queue, kind, place, leaseMs)) / leaseMs);
    }
    return {
      [`${kind}JobsPerSecond`]: Math.round((jobs / totalMs) * 1000),
      ...latencies(`${kind}Add`, added),
      ...latencies(`${kind}Claim`, summarize(claims)),
      ...latencies(`${kind}Complete`, summarize(completions)),
      [`${kind}RecoveryLeases`]: rounded(summarize(recoveries).median),
      [`${kind}SlowestRecoveryLeases`]: rounded(Math.max(...recoveries)),
    };
  } finally {
    await queue.close();
  }
}

/** From kill -9 of a process that has just been given a job until another worker, which asks all the time, has it. */
async function recoveryMs(queue: JobQueue, kind: QueueKind, place: string, leaseMs: number): Promise<number> {
  const job = aJob();
  await queue.add([job]);
  const script = fileURLToPath(new URL("./queue-suite/lost-worker.ts", import.meta.url));
  const child = spawn(process.execPath, [script, kind, place, String(leaseMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    const [said] = (await Promise.race([once(child.stdout, "data"), exited])) as [unknown];
    if (String(said).trim() !== job.id)
      throw new BenchError("bad-figure", `Cannot measure recovery: the lost worker took ${String(said)}`, {
        subject: "recovery",
        value: said,
      });
    child.kill("SIGKILL");
    await exited;
    const killedAt = performance.now();
    for (;;) {
      const claim = await queue.claim(claimOptions);
      if (claim !== undefined) {
        const recoveredAt = performance.now();
        await queue.complete(claim, null);
        return recoveredAt - killedAt;
      }
      await sleep(5);
    }
  } finally {
    child.kill("SIGKILL");
  }
}

function aJob(): NewJob {
  return { id: randomUUID(), kind: "generate", lane, payload: { prompt: "red dragon", size: 32, seed: 1, steps: 8 } };
}

async function claimed(queue: JobQueue): Promise<Claim> {
  const claim = await queue.claim(claimOptions);
  if (claim === undefined)
    throw new BenchError("bad-figure", "Cannot measure the queue: a job is missing", {
      subject: "queue",
      value: undefined,
    });
  return claim;
}

async function timesOf(repetitions: number, signal: AbortSignal, run: () => Promise<unknown>): Promise<Summary> {
  const times: number[] = [];
  for (let turn = 0; turn < repetitions; turn++) {
    signal.throwIfAborted();
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return summarize(times);
}

function latencies(name: string, { median, p95 }: Summary): Record<string, number> {
  return { [`${name}Milliseconds`]: rounded(median), [`${name}P95Milliseconds`]: rounded(p95) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
