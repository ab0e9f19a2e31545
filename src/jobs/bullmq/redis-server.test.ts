import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Claim, JobEvent, JobQueue } from "../queue.ts";
import type { BullmqQueueOptions } from "./bullmq-queue.ts";
import { openBullmqQueue } from "./open-bullmq-queue.ts";
import { startPrivateRedis } from "./private-redis.ts";
import { hasRedis, needsRedis, redisForTests } from "./redis-for-tests.ts";

const aJob = () => ({ id: randomUUID(), kind: "generate", lane: "sprite", payload: { prompt: "red dragon" } });
async function claimed(queue: JobQueue): Promise<Claim> {
  const claim = await queue.claim(claimOptions);
  if (claim === undefined) throw new Error("Cannot claim a job: none is ready");
  return claim;
}

const claimOptions = { worker: "box-1", lanes: ["sprite"], leaseMs: 60_000 };

async function open(options: Pick<BullmqQueueOptions, "url"> & Partial<BullmqQueueOptions>): Promise<JobQueue> {
  const queue = await openBullmqQueue({ randomId: randomUUID, prefix: `test-${randomUUID()}`, ...options });
  onTestFinished(() => queue.close());
  return queue;
}

test.each([
  ["localhost:6379", "localhost:"],
  ["http://localhost", "http:"],
  ["not at all", "an address that is no URL"],
])("the address %s is refused", async (url, shown) => {
  await expect(open({ url })).rejects.toMatchObject({
    name: "JobsError",
    code: "invalid-argument",
    message: expect.stringMatching(
      new RegExp(
        `^Cannot open the queue at ${shown}.*: give redis://HOST:PORT, rediss://HOST:PORT or the path of a socket$`,
      ),
    ),
  });
});

test("a server that is not there is told, without the password", async () => {
  await expect(open({ url: "redis://ann:secret@127.0.0.1:1/2" })).rejects.toMatchObject({
    code: "unreachable",
    message:
      "Cannot open the queue: the Redis server at 127.0.0.1:1/2 does not answer (connect ECONNREFUSED 127.0.0.1:1); " +
      "start it, or correct the address",
  });
});

describe.skipIf(!hasRedis)(`a Redis server, which ${needsRedis},`, () => {
  const url = redisForTests();

  async function administrator(): Promise<Redis> {
    const redis = new Redis(url());
    onTestFinished(() => redis.disconnect());
    return redis;
  }

  async function withSetting(setting: string, value: string, usual: string): Promise<Redis> {
    const redis = await administrator();
    await redis.config("SET", setting, value);
    onTestFinished(async () => {
      await redis.config("SET", setting, usual);
    });
    return redis;
  }

  test.each([
    ["appendfsync", "everysec", "always"],
    ["appendonly", "no", "yes"],
    ["maxmemory-policy", "allkeys-lru", "noeviction"],
  ])("that may forget is refused unless that is accepted: %s %s", async (setting, value, good) => {
    await withSetting(setting, value, good);
    await expect(open({ url: url() })).rejects.toMatchObject({
      code: "not-durable",
      message:
        `Cannot open the queue: the Redis server at ${url()} may forget jobs it has acknowledged, as its ${setting} is ` +
        `${value}; set it to ${good} in its configuration`,
    });
    const queue = await open({ url: url(), durability: "any" });
    expect(await queue.add([aJob()])).toHaveLength(1);
  });

  test("that wants a password is told", async () => {
    await withSetting("requirepass", "secret", "");
    await expect(open({ url: url() })).rejects.toMatchObject({
      code: "not-allowed",
      message:
        `Cannot open the queue: the Redis server at ${url()} refuses this user; ` +
        "put the name and the password into its address",
    });
  });

  test("with a queue of a newer version is refused", async () => {
    const redis = await administrator();
    await redis.set("newer:jobs:dgx:version", 9);
    await expect(open({ url: url(), prefix: "newer" })).rejects.toMatchObject({
      code: "newer-version",
      message:
        `Cannot open the queue: ${url()} has one of version 9, and this program knows up to 1; ` +
        "update dgx-pixels or choose another prefix",
    });
  });

  test("whose memory is full takes nothing half, and people can make room", async () => {
    const queue = await open({ url: url() });
    const [held, kept, spare] = [aJob(), aJob(), aJob()];
    await queue.add([held, kept, spare]);
    const claim = await claimed(queue);
    const redis = await withSetting("maxmemory", "1", "0");
    const full = {
      name: "JobsError",
      code: "disk-full",
      message: expect.stringMatching(/^Cannot .*: the memory of the Redis server at .* is full; raise its maxmemory/),
    };
    const refused = aJob();
    await expect(queue.add([refused])).rejects.toMatchObject(full);
    expect(await queue.get(refused.id)).toBeUndefined();
    await expect(queue.claim(claimOptions)).rejects.toMatchObject(full);
    expect(await queue.get(kept.id)).toMatchObject({ state: "queued", attempts: 0 });
    await expect(queue.heartbeat(claim, 60_000)).rejects.toMatchObject(full);
    await expect(queue.complete(claim, "made")).rejects.toMatchObject(full);
    expect(await queue.cancel(spare.id)).toMatchObject({ state: "cancelled" });
    expect(await queue.remove({ id: spare.id })).toBe(1);
    await redis.config("SET", "maxmemory", "0");
    expect(await queue.complete(claim, "made")).toBe(true);
    expect(await queue.get(held.id)).toMatchObject({ state: "done", result: "made" });
    expect((await queue.claim(claimOptions))?.job).toMatchObject({ id: kept.id, attempts: 1 });
    expect(await queue.counts()).toMatchObject({ done: 1, running: 1, queued: 0 });
  });

  test("gives a claim again whose answer was lost, and no second job with it", async () => {
    const queue = await open({ url: url(), randomId: () => "the same" });
    await queue.add([aJob(), aJob()]);
    const first = await claimed(queue);
    expect(await claimed(queue)).toEqual(first);
    await queue.pauseAll();
    expect(await claimed(queue)).toEqual(first);
    expect(await queue.isPaused()).toBe(true);
    expect(await queue.counts()).toMatchObject({ running: 1, queued: 1 });
  });

  test("that went away and came back is waited for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "r-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const before = await startPrivateRedis(folder);
    const queue = await open({ url: before.url, prefix: "kept" });
    await queue.add([aJob()]);
    await before.stop("SIGKILL");
    const waiting = queue.claim(claimOptions);
    const after = await startPrivateRedis(folder);
    onTestFinished(() => after.stop());
    expect((await waiting)?.job).toMatchObject({ state: "running", attempts: 1 });
    await after.stop();
    const impatient = await openBullmqQueue({ url: after.url, randomId: randomUUID }).catch((error) => error);
    expect(impatient).toMatchObject({ code: "unreachable" });
  });

  test("that has forgotten the scripts learns them again", async () => {
    const queue = await open({ url: url() });
    await queue.add([aJob(), aJob()]);
    expect(await queue.claim(claimOptions)).toBeDefined();
    await (await administrator()).script("FLUSH");
    const outcomes = [];
    for (let turn = 0; turn < 3; turn++) outcomes.push(await queue.claim(claimOptions).catch(({ code }) => code));
    expect(outcomes.filter((outcome) => outcome?.job !== undefined)).toHaveLength(1);
    expect(await queue.counts()).toMatchObject({ running: 2, queued: 0 });
  });

  test("in which another program spoiled a job names it, and tells watchers of the others", async () => {
    const prefix = `spoiled-${randomUUID()}`;
    const queue = await open({ url: url(), prefix });
    const [spoiled, whole] = [aJob(), aJob()];
    await queue.add([spoiled, whole]);
    const heard: JobEvent[] = [];
    queue.watch((event) => heard.push(event));
    await (await administrator()).hset(`${prefix}:jobs:${spoiled.id}`, "data", "{");
    const damaged = {
      code: "damaged",
      message: `Cannot read job ${spoiled.id}: another program has changed it in Redis; cancel and remove it, and add it again`,
    };
    await expect(queue.list()).rejects.toMatchObject(damaged);
    await expect(queue.cancel(spoiled.id)).rejects.toMatchObject(damaged);
    await vi.waitFor(
      async () => {
        await queue.pause(whole.id);
        await queue.resume(whole.id);
        expect(heard).toContainEqual({ kind: "changed", job: expect.objectContaining({ id: whole.id }) });
      },
      { timeout: 30_000 },
    );
    expect(await queue.remove({ id: spoiled.id })).toBe(1);
    expect(await queue.list()).toMatchObject({ total: 1, jobs: [{ id: whole.id }] });
  });

  test("shows the jobs to BullMQ's own tools", async () => {
    const prefix = `tools-${randomUUID()}`;
    const queue = await open({ url: url(), prefix });
    const jobs = [aJob(), aJob(), aJob(), aJob(), aJob()] as const;
    await queue.add([...jobs, { ...aJob(), after: [jobs[4].id] }]);
    await queue.pause(jobs[3].id);
    await queue.complete(await claimed(queue), { file: "a.png" });
    await queue.fail(await claimed(queue), { code: "x", message: "It burned" }, { isPermanent: true });
    await queue.claim(claimOptions);
    const tool = new Queue("jobs", { connection: new Redis(url(), { maxRetriesPerRequest: null }), prefix });
    onTestFinished(async () => {
      await tool.close();
      await tool.disconnect();
    });
    expect(
      await tool.getJobCounts("completed", "failed", "active", "prioritized", "delayed", "waiting-children", "wait"),
    ).toEqual({
      completed: 1,
      failed: 1,
      active: 1,
      prioritized: 1,
      delayed: 1,
      "waiting-children": 1,
      wait: 0,
    });
    expect(await tool.getJob(jobs[0].id)).toMatchObject({
      name: "generate",
      data: { prompt: "red dragon" },
      returnvalue: { file: "a.png" },
    });
    expect(await tool.getJob(jobs[1].id)).toMatchObject({ failedReason: "It burned" });
  });
});
