import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openBullmqQueue } from "./bullmq/open-bullmq-queue.ts";
import { type PrivateRedis, startPrivateRedis } from "./bullmq/private-redis.ts";
import { hasRedis, needsRedis } from "./bullmq/redis-for-tests.ts";
import { commandFor, type FaultProcess, processOptions, startProcess } from "./fault-process.ts";
import type { Job } from "./job.ts";
import type { JobQueue } from "./queue.ts";
import { openSqliteQueue } from "./sqlite/sqlite-queue.ts";

/** More rounds: DGX_PIXELS_KILL_ROUNDS=100 npx vitest run src/jobs/faults.test.ts */
const rounds = Number(process.env["DGX_PIXELS_KILL_ROUNDS"] ?? 2);
const processesARound = 2;
const leaseMs = 500;
const lane = "sprite";
const mostInOrder = 500;

function sampleFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "q-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Adds jobs and does jobs for ever. Says "+ID" when a job has been acknowledged, and "=ID" when it has been told that its
 * own try completed one. Whatever fails on the way is asked again, as a client and a worker would.
 */
const work = `
  const [kind, place, name] = args;
  const options = { randomId: randomUUID, backoffMs: () => 0 };
  const queue = kind === "sqlite"
    ? await jobs.openSqliteQueue(place, { ...options, clock: () => new Date() })
    : await jobs.openBullmqQueue({ ...options, url: place });
  const again = async (doing) => {
    for (;;) {
      try { return await doing(); } catch (error) {
        if (error.code !== "unreachable" && error.code !== "busy") throw error;
        await sleep(10);
      }
    }
  };
  const add = async () => {
    let last;
    for (let turn = 0; ; turn++) {
      const batch = Array.from({ length: 1 + turn % 3 }, (_, index) => ({
        id: randomUUID(), kind: "generate", lane: "${lane}", payload: { name, turn }, priority: (turn * 7 + index) % 3,
        maxAttempts: 100, after: last !== undefined && turn % 4 === 3 ? [last] : [],
      }));
      await again(() => queue.add(batch));
      for (const { id } of batch) say("+" + id);
      last = batch[0].id;
      await sleep(15);
    }
  };
  const doJobs = async () => {
    for (let turn = 0; ; turn++) {
      const claim = await again(() => queue.claim({ worker: name, lanes: ["${lane}"], leaseMs: ${leaseMs} }));
      if (claim === undefined) { await sleep(3); continue; }
      await sleep(8 * Math.random());
      if (turn % 5 === 1) await again(() => queue.heartbeat(claim, ${leaseMs}, { step: 1, steps: 2 }));
      if (turn % 7 === 2) await again(() => queue.fail(claim, { code: "unlucky", message: "Not this time" }));
      else if (turn % 11 === 3) await again(() => queue.release(claim));
      else if (await again(() => queue.complete(claim, { by: name, token: claim.token }))) say("=" + claim.job.id);
    }
  };
  await Promise.all([add(), doJobs()]);`;

type Told = {
  readonly acknowledged: Set<string>;
  /** Who was told that a job was completed by its own try. */
  readonly completedBy: Map<string, string[]>;
};

function note(told: Told, name: string, { lines }: FaultProcess): void {
  for (const line of lines()) {
    const id = line.slice(1);
    if (line.startsWith("+")) told.acknowledged.add(id);
    if (line.startsWith("=")) told.completedBy.set(id, [...(told.completedBy.get(id) ?? []), name]);
  }
}

async function allJobs(queue: JobQueue): Promise<ReadonlyMap<string, Job>> {
  const { jobs, total } = await queue.list({}, { limit: 100_000 });
  expect(jobs).toHaveLength(total);
  return new Map(jobs.map((job) => [job.id, job]));
}

/** What must hold at every moment, whatever was killed. */
async function expectWhole(queue: JobQueue, { acknowledged, completedBy }: Told): Promise<ReadonlyMap<string, Job>> {
  const jobs = await allJobs(queue);
  expect([...acknowledged].filter((id) => !jobs.has(id))).toEqual([]);
  const tooEarly: string[] = [];
  for (const job of jobs.values())
    if (job.state !== "waiting" && job.after.some((id) => jobs.get(id)?.state !== "done")) tooEarly.push(job.id);
  expect(tooEarly).toEqual([]);
  const wrong: unknown[] = [];
  for (const [id, names] of completedBy) {
    const job = jobs.get(id);
    const result = job?.state === "done" ? (job.result as { readonly by: string }) : undefined;
    if (names.length !== 1 || result?.by !== names[0]) wrong.push({ id, names, job });
  }
  expect(wrong).toEqual([]);
  return jobs;
}

/** Runs what is left, alone: each job that is handed out is the first in the list. */
async function expectInOrder(queue: JobQueue): Promise<void> {
  await sleep(leaseMs + 50);
  await queue.recover();
  const order: string[] = [];
  const expected: string[] = [];
  for (let turn = 0; turn < mostInOrder; turn++) {
    const [first] = (await queue.list({ states: ["queued"] }, { limit: 1 })).jobs;
    const claim = await queue.claim({ worker: "last", lanes: [lane], leaseMs: 60_000 });
    if (claim === undefined) break;
    order.push(claim.job.id);
    expected.push(first?.id ?? "");
    expect(await queue.complete(claim, { by: "last", token: claim.token })).toBe(true);
  }
  expect(order).toEqual(expected);
  const { queued, waiting, running, failed } = await queue.counts();
  expect({ running, failed }).toEqual({ running: 0, failed: 0 });
  expect(order.length === mostInOrder || queued + waiting === 0).toBe(true);
}

function startAll(kind: string, place: string, round: number): readonly (readonly [string, FaultProcess])[] {
  return Array.from({ length: processesARound }, (_, index) => {
    const name = `${round}-${index}`;
    return [name, startProcess(work, [kind, place, name])] as const;
  });
}

/** At a random moment of its work. */
async function killSome(processes: readonly (readonly [string, FaultProcess])[], told: Told): Promise<void> {
  await Promise.all(
    processes.map(async ([name, process]) => {
      await process.said();
      await sleep(120 * Math.random());
      process.child.kill("SIGKILL");
      expect(await process.ended).toBeNull();
      note(told, name, process);
    }),
  );
}

test(`SQLite: nothing acknowledged is lost or done twice when processes are killed, ${rounds * processesARound} times`, {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const file = join(sampleFolder(), "queue.db");
  const told: Told = { acknowledged: new Set(), completedBy: new Map() };
  const queue = await openSqliteQueue(file, { clock: () => new Date(), randomId: randomUUID, backoffMs: () => 0 });
  onTestFinished(() => queue.close());
  for (let round = 0; round < rounds; round++) {
    await killSome(startAll("sqlite", file, round), told);
    await expectWhole(queue, told);
  }
  await expectInOrder(queue);
  const jobs = await expectWhole(queue, told);
  expect(told.acknowledged.size).toBeGreaterThan(rounds);
  expect(told.completedBy.size).toBeGreaterThan(0);
  expect(jobs.size).toBeGreaterThanOrEqual(told.acknowledged.size);
  using database = new DatabaseSync(file);
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  expect(database.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
});

test(`BullMQ: nothing acknowledged is lost or done twice when processes and Redis are killed, ${rounds * (processesARound + 1)} times`, {
  timeout: 60_000 + rounds * 30_000,
}, async ({ skip }) => {
  skip(!hasRedis, needsRedis);
  const folder = sampleFolder();
  let redis: PrivateRedis = await startPrivateRedis(folder);
  onTestFinished(() => redis.stop("SIGKILL"));
  const told: Told = { acknowledged: new Set(), completedBy: new Map() };
  for (let round = 0; round < rounds; round++) {
    const processes = startAll("bullmq", redis.url, round);
    await Promise.all(processes.map(([, process]) => process.said()));
    await sleep(120 * Math.random());
    await redis.stop("SIGKILL");
    redis = await startPrivateRedis(folder);
    await killSome(processes, told);
    const queue = await openBullmqQueue({ url: redis.url, randomId: randomUUID });
    await expectWhole(queue, told);
    await queue.close();
  }
  const queue = await openBullmqQueue({ url: redis.url, randomId: randomUUID, backoffMs: () => 0 });
  onTestFinished(() => queue.close());
  await expectInOrder(queue);
  await expectWhole(queue, told);
  expect(told.acknowledged.size).toBeGreaterThan(rounds);
  expect(told.completedBy.size).toBeGreaterThan(0);
});

const needsMount = "needs Linux with user name spaces, to mount a disk";
const canMount = (() => {
  try {
    execFileSync("unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
})();

/** Runs `body` in a process whose `args[0]` is a disk of its own; answers the JSON that it says. */
function onDisk(sizeKilobytes: number, body: string): unknown {
  const folder = sampleFolder();
  const mount = `mount -t tmpfs -o size=${sizeKilobytes}k tmpfs "$0"; exec "$@"`;
  const inside = ["--user", "--map-root-user", "--mount", "sh", "-ec", mount, folder];
  const output = execFileSync("unshare", [...inside, ...commandFor(body, [folder])], {
    ...processOptions,
    encoding: "utf8",
  });
  return JSON.parse(output);
}

const fillTheDisk = `
  import { rmSync, writeFileSync } from "node:fs";
  const filler = args[0] + "/filler";
  const aJob = () => ({ id: randomUUID(), kind: "generate", lane: "${lane}", payload: "x".repeat(2000) });
  const tell = ({ name, code, message }) => ({ name, code, message });
  writeFileSync(filler, Buffer.alloc(100_000));
  const added = [];
  const addUntilItFails = async (queue) => {
    for (;;) {
      const job = aJob();
      try { await queue.add([job]); } catch (error) { return tell(error); }
      added.push(job.id);
    }
  };
  const missing = async (queue) => {
    const found = await Promise.all(added.map((id) => queue.get(id)));
    return found.filter((job) => job === undefined).length;
  };`;

test("SQLite: on a full disk all that was acknowledged stays, and work goes on when there is room again", ({
  skip,
}) => {
  skip(!canMount, needsMount);
  const result = onDisk(
    1500,
    `${fillTheDisk}
     const open = () => jobs.openSqliteQueue(args[0] + "/queue.db", { clock: () => new Date(), randomId: randomUUID });
     const queue = await open();
     const error = await addUntilItFails(queue);
     const seen = (await queue.list()).total - added.length + await missing(queue);
     rmSync(filler);
     const claim = await queue.claim({ worker: "w", lanes: ["${lane}"], leaseMs: 1000 });
     const isDone = await queue.complete(claim, "made");
     await queue.close();
     const again = await open();
     say(JSON.stringify({
       error, seen, isFirst: claim.job.id === added[0], isDone, missing: await missing(again),
       counts: await again.counts(), added: added.length,
     }));`,
  ) as { readonly added: number };
  expect(result.added).toBeGreaterThan(10);
  expect(result).toEqual({
    error: {
      name: "JobsError",
      code: "disk-full",
      message: expect.stringMatching(/^Cannot add to the queue: the disk of .*queue\.db is full; free some space$/),
    },
    seen: 0,
    isFirst: true,
    isDone: true,
    missing: 0,
    counts: expect.objectContaining({ done: 1, queued: result.added - 1 }),
    added: result.added,
  });
});

test("BullMQ: when the disk of Redis is full all that was acknowledged stays", ({ skip }) => {
  skip(!canMount, needsMount);
  skip(!hasRedis, needsRedis);
  const result = onDisk(
    1500,
    `${fillTheDisk}
     const redis = await jobs.startPrivateRedis(args[0]);
     const queue = await jobs.openBullmqQueue({ url: redis.url, randomId: randomUUID, patienceMs: 500 });
     const error = await addUntilItFails(queue);
     await queue.close();
     await redis.stop("SIGKILL");
     rmSync(filler);
     const other = await jobs.startPrivateRedis(args[0]);
     const again = await jobs.openBullmqQueue({ url: other.url, randomId: randomUUID });
     const claim = await again.claim({ worker: "w", lanes: ["${lane}"], leaseMs: 1000 });
     const isDone = await again.complete(claim, "made");
     say(JSON.stringify({ error, missing: await missing(again), isFirst: claim.job.id === added[0], isDone, added: added.length }));
     await again.close();
     await other.stop();`,
  ) as { readonly added: number };
  expect(result.added).toBeGreaterThan(10);
  expect(result).toEqual({
    error: {
      name: "JobsError",
      code: expect.stringMatching(/^(?:unreachable|not-writable)$/),
      message: expect.stringMatching(/^Cannot add to the queue: the Redis server at .*/),
    },
    missing: 0,
    isFirst: true,
    isDone: true,
    added: result.added,
  });
});
