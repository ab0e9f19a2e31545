import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe } from "vitest";
import { testQueueConformance } from "../conformance.ts";
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
});
