import { randomUUID } from "node:crypto";
import { type JobQueue, openBullmqQueue, openSqliteQueue } from "#jobs";

export type QueueKind = "sqlite" | "bullmq";

/** `place` is a file, or the address of a Redis server. */
export function openQueueOf(kind: QueueKind, place: string): Promise<JobQueue> {
  return kind === "sqlite"
    ? openSqliteQueue(place, { clock: () => new Date(), randomId: randomUUID })
    : openBullmqQueue({ url: place, randomId: randomUUID });
}
