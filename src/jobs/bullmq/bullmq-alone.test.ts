import { randomUUID } from "node:crypto";
import { type Job, Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { hasRedis, needsRedis, redisForTests } from "./redis-for-tests.ts";

/**
 * What BullMQ 6.7 does by itself where the queue's contract asks for something else: why our scripts stand around its
 * own. A test that fails after an update may make one of them unnecessary.
 */
describe.skipIf(!hasRedis)(`BullMQ alone, which ${needsRedis},`, () => {
  const url = redisForTests();
  const lockDuration = 100;
  const stalledInterval = 20;

  function open() {
    const name = `alone-${randomUUID()}`;
    const connection = new Redis(url(), { maxRetriesPerRequest: null });
    const queue = new Queue(name, { connection });
    const worker = new Worker(name, undefined, { connection, autorun: false, lockDuration, stalledInterval });
    onTestFinished(async () => {
      await worker.close(true);
      await queue.close();
      connection.disconnect();
    });
    const next = async (token: string): Promise<Job> => {
      const job = await worker.getNextJob(token, { block: false });
      if (job === undefined) throw new Error("Cannot go on: BullMQ has no job");
      return job;
    };
    /** BullMQ marks a job at one look, and gives it back at a later one when its lock has run out. */
    const recover = () =>
      vi.waitFor(
        async () => {
          const recovered = await worker.getBackend().moveStalledJobsToWait();
          expect(recovered).toHaveLength(1);
          return recovered;
        },
        { timeout: 30_000, interval: stalledInterval },
      );
    return { queue, next, recover };
  }

  test("runs what a dead worker left before what is more urgent", async () => {
    const { queue, next, recover } = open();
    const left = await queue.add("left", {}, { priority: 20 });
    await next("dead");
    await queue.add("urgent", {}, { priority: 1 });
    expect(await recover()).toEqual([left.id]);
    expect((await next("other")).name).toBe("left");
  });

  test("fails a job whose worker died twice, however many tries it has", async () => {
    const { queue, next, recover } = open();
    await queue.add("unlucky", {}, { attempts: 100 });
    for (const token of ["first", "second"]) {
      await next(token);
      await recover();
    }
    expect((await next("third")).deferredFailure).toBe("job stalled more than allowable limit");
  });

  test("does not know its own completion when asked again", async () => {
    const { queue, next } = open();
    await queue.add("done", {});
    const job = await next("token");
    await job.moveToCompleted("result", "token", false);
    await expect(job.moveToCompleted("result", "token", false)).rejects.toThrow("Missing lock");
  });

  test("runs jobs that were given back by their ids' alphabet, not in their order", async () => {
    const { queue, next } = open();
    for (const jobId of ["zebra", "ant", "bee"]) await queue.add("job", {}, { jobId, priority: 5 });
    await (await next("a")).moveToWait("a");
    const [zebra, ant] = [await next("b"), await next("c")];
    await ant.moveToWait("c");
    await zebra.moveToWait("b");
    expect([await next("d"), await next("e"), await next("f")].map(({ id }) => id)).toEqual(["ant", "zebra", "bee"]);
  });
});
