import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { testQueueConformance } from "../conformance.ts";
import type { JobGlimpse } from "../job.ts";
import type { JobQueue } from "../queue.ts";
import { openBullmqQueue } from "./open-bullmq-queue.ts";
import { hasRedis, needsRedis, redisForTests } from "./redis-for-tests.ts";

describe.skipIf(!hasRedis)(`with Redis, which ${needsRedis}`, () => {
  const url = redisForTests();

  testQueueConformance("BullMQ", async () => {
    const prefix = `test-${randomUUID()}`;
    const handles: JobQueue[] = [];
    return {
      open: async (options) => {
        const queue = await openBullmqQueue({ url: url(), prefix, randomId: randomUUID, ...options });
        handles.push(queue);
        return queue;
      },
      elapse: async (ms) => {
        await sleep(ms);
      },
      end: async () => {
        for (const queue of handles) await queue.close();
      },
    };
  });

  test("what a worker shows is seen on other machines, and what is no glimpse by nobody", async () => {
    const prefix = `test-${randomUUID()}`;
    const [worker, head] = await Promise.all(
      [0, 1].map(() => openBullmqQueue({ url: url(), prefix, randomId: randomUUID })),
    );
    const stranger = new Redis(url());
    onTestFinished(async () => {
      stranger.disconnect();
      await Promise.all([worker, head].map((queue) => queue.close()));
    });
    const seen: JobGlimpse[] = [];
    head.lookOn((glimpse) => seen.push(glimpse));
    const glimpse = {
      id: randomUUID(),
      progress: { step: 3, steps: 8 },
      picture: { width: 1, height: 1, data: Uint8Array.of(9, 8, 7, 255) },
    };
    await vi.waitFor(
      () => {
        worker.show(glimpse);
        expect(seen[0]).toEqual(glimpse);
      },
      { timeout: 30_000, interval: 20 },
    );
    const before = seen.length;
    for (const odd of ["", "\u0093", "\u0081\u00a2id\u0001", "x".repeat(100_000)])
      expect(await stranger.publish(`${prefix}:jobs:dgx:glimpses`, odd)).toBe(1);
    worker.show({ ...glimpse, progress: { step: 4, steps: 8 } });
    await vi.waitFor(() => expect(seen.at(-1)?.progress.step).toBe(4), { timeout: 30_000, interval: 20 });
    expect(seen.slice(before).every(({ id }) => id === glimpse.id)).toBe(true);
  });
});
