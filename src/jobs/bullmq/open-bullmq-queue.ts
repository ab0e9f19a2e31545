import type { JobQueue } from "../queue.ts";
import type { BullmqQueueOptions } from "./bullmq-queue.ts";

/** Opens a queue on a Redis server; BullMQ is loaded only then. Throws JobsError. */
export async function openBullmqQueue(options: BullmqQueueOptions): Promise<JobQueue> {
  const { openQueue } = await import("./bullmq-queue.ts");
  return openQueue(options);
}
