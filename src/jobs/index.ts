/**
 * What is to be done, durably: jobs with priorities, leases, retries, groups and dependencies.
 *
 *     const queue = await openSqliteQueue("queue.db", { clock: () => new Date(), randomId: randomUUID });
 *     await queue.add([{ id: randomUUID(), kind: "generate", lane: "sprite", payload: request }]);
 *     const claim = await queue.claim({ worker: "box-1", lanes: ["sprite"], leaseMs: 10_000 });
 */
export type { Job, JobFailure, JobGlimpse, JobProgress, JobState, Json, NewJob } from "./job.ts";
export { priorities } from "./job.ts";
export { JobsError, type JobsProblem } from "./jobs-error.ts";
export type {
  Claim,
  ClaimOptions,
  Heartbeat,
  JobCounts,
  JobEvent,
  JobFilter,
  JobPage,
  JobQueue,
  Move,
} from "./queue.ts";
export type { BullmqQueueOptions } from "./bullmq/bullmq-queue.ts";
export { openBullmqQueue } from "./bullmq/open-bullmq-queue.ts";
export { type PrivateRedis, startPrivateRedis } from "./bullmq/private-redis.ts";
export type { QueueOptions, Quota } from "./queue-options.ts";
export { openSqliteQueue, type SqliteQueueOptions } from "./sqlite/sqlite-queue.ts";
