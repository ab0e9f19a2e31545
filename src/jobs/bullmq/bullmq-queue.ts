import type { IRedisTransaction, JobJson } from "bullmq";
import { setTimeout as sleep } from "node:timers/promises";
import { Packr } from "msgpackr";
import { checkCount, checkedJob, checkPriority, type CheckedJob, jsonOf } from "../check-job.ts";
import { type Job, type JobFailure, type JobState, type NewJob, priorities } from "../job.ts";
import { JobsError } from "../jobs-error.ts";
import type { Claim, ClaimOptions, Heartbeat, JobCounts, JobFilter, JobPage, JobQueue } from "../queue.ts";
import { exponentialBackoffMs, type QueueOptions } from "../queue-options.ts";
import { notFound, overQuota, unknownDependency, unmetDependency, wrongState } from "../refusals.ts";
import { type BullmqStore, connectionTo, openStore, run, type Step, transact } from "./bullmq-store.ts";
import { createChangeStream } from "./change-stream.ts";
import { createGlimpseChannel } from "./glimpse-channel.ts";
import { type JobHash, jobOfHash } from "./job-hash.ts";
import type { QueueScript } from "./queue-scripts.ts";
import { isUnreachable, redisJobsErrorFrom } from "./redis-jobs-error.ts";

export type BullmqQueueOptions = Omit<QueueOptions, "clock"> & {
  /** redis://HOST:PORT, rediss://HOST:PORT (with user and password if need be) or the path of a socket. */
  readonly url: string;
  /** Of all its keys, for several queues on one server. */
  readonly prefix?: string | undefined;
  /**
   * "always" refuses a server that may forget what it has acknowledged (appendonly, appendfsync always, noeviction);
   * "any" takes it as it is.
   */
  readonly durability?: "always" | "any" | undefined;
  /** How long an operation waits for a server that has gone away to come back, as after a restart. */
  readonly patienceMs?: number | undefined;
};

const defaultPrefix = "dgx-pixels";
const defaultPatienceMs = 10_000;
const retryMs = 50;
const defaultLimit = 100;
/** How many ended jobs are taken away in one go, while which the server does nothing else. */
const removedAtOnce = 1000;
/** As BullMQ packs its scripts' options. */
const packr = new Packr({ useRecords: false });

/**
 * A queue on a Redis server, for any number of machines. Jobs are BullMQ's, in its queue `jobs` under the prefix, so that
 * its tools can look at them; what BullMQ does not have stands beside (see lua-library.ts). Times are the server's. Throws
 * JobsError.
 */
export async function openQueue(options: BullmqQueueOptions): Promise<JobQueue> {
  const { url, prefix = defaultPrefix, randomId, backoffMs = exponentialBackoffMs, quota = {} } = options;
  const { durability = "always", patienceMs = defaultPatienceMs } = options;
  const connection = connectionTo(url);
  const { redis, place } = connection;
  const isAnyDurabilityEnough = durability === "any";
  const store = await openStore(connection, prefix, { randomId, backoffMs, quota, isAnyDurabilityEnough }).catch(
    (cause: unknown) => {
      redis.disconnect();
      throw redisJobsErrorFrom(cause, "open the queue", place);
    },
  );
  const changes = createChangeStream(store);
  const glimpses = createGlimpseChannel(store);
  let isClosed = false;
  let hasWork = false;

  const told = async <Result>(doing: string, work: () => Promise<Result>, isSafeTwice = true): Promise<Result> => {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      if (isClosed)
        throw new JobsError(`Cannot ${doing}: the queue has been closed; open it again`, { code: "closed", place });
      try {
        return await work();
      } catch (cause) {
        if (!isSafeTwice || !isUnreachable(cause) || performance.now() > deadline)
          throw redisJobsErrorFrom(cause, doing, place);
      }
      await sleep(retryMs);
    }
  };
  const arrange = (doing: string, script: QueueScript, id: string, ...values: readonly (string | number)[]) =>
    told(`${doing} a job`, async () => arranged(doing, id, await run(store, script, id, ...values)));

  return {
    add: (jobs) => told("add to the queue", () => addJobs(store, jobs)),
    get: (id) => told("read the queue", async () => jobOfHash((await run(store, "get", id)) as JobHash)),
    list: (filter = {}, page = {}) => told("list the queue", () => listJobs(store, filter, page)),
    counts: (filter = {}) => told("count the queue", () => countJobs(store, filter)),

    claim: (claimOptions) => {
      // One token however often it is asked, so that a claim whose answer was lost is found again.
      const token = randomId();
      return told("claim a job", async () => {
        const hadWork = hasWork;
        hasWork = true;
        const claim = await claimJob(store, claimOptions, token, hadWork);
        hasWork = claim !== undefined;
        return claim;
      });
    },
    heartbeat: ({ job, token }, leaseMs, progress) =>
      told("keep a job", async () => {
        checkCount("leaseMs", leaseMs);
        const json = progress === undefined ? "" : jsonOf("progress", progress);
        const [, answer] = await transact(store, [
          ["holdBegin", job.id, token],
          (multi) => store.queue.getBackend().extendLock(job.id, token, leaseMs, multi),
          ["heartbeatEnd", job.id, leaseMs, json],
        ]);
        return answer as Heartbeat;
      }),
    complete: (claim, result) =>
      told("complete a job", async () => {
        const json = jsonOf("result", result);
        const { job, token } = claim;
        const [, isDone] = await transact(store, [
          ["holdBegin", job.id, token],
          finish(store, "moveToFinished", () =>
            store.queue.getBackend().moveToCompletedArgs(minimal(job), json, false, token, false),
          ),
          ["completeEnd", job.id, token],
        ]);
        return isDone === 1;
      }),
    fail: (claim, failure, { isPermanent = false } = {}) =>
      told("fail a job", () => {
        const { attempts, maxAttempts } = claim.job;
        const isLast = isPermanent || attempts >= maxAttempts;
        return isLast
          ? leave(store, claim, "fail", moveToFailed(store, claim, failure.message), failure)
          : leave(store, claim, "retry", moveToDelayed(store, claim), failure);
      }),
    release: (claim) => told("give back a job", () => leave(store, claim, "release", moveToWait(store, claim))),
    confirmCancelled: (claim) =>
      told("confirm that a job was cancelled", () =>
        leave(store, claim, "cancel", moveToFailed(store, claim, "cancelled")),
      ),

    cancel: (id) => arrange("cancel", "cancel", id),
    retry: (id) => arrange("retry", "retry", id),
    move: (id, move) => told("move a job", async () => arranged("move", id, await run(store, "move", id, move)), false),
    setPriority: async (id, priority) => {
      checkPriority(priority);
      return arrange("set the priority of", "setPriority", id, priority);
    },
    pause: (id) => arrange("pause", "pause", id),
    resume: (id) => arrange("resume", "resume", id),
    pauseAll: () =>
      told("pause the queue", async () => {
        if (await store.queue.isPaused()) return;
        await store.queue.pause();
        await run(store, "pauseEnd", "1");
      }),
    resumeAll: () =>
      told("resume the queue", async () => {
        if (!(await store.queue.isPaused())) return;
        await store.queue.resume();
        await run(store, "pauseEnd", "0");
      }),
    isPaused: () => told("read the queue", () => store.queue.isPaused()),
    remove: (selection) => told("remove from the queue", () => removeJobs(store, selection)),

    recover: () => told("recover jobs", async () => Number(await run(store, "recover"))),
    watch: (listener) => {
      if (isClosed)
        throw new JobsError("Cannot watch the queue: the queue has been closed; open it again", {
          code: "closed",
          place,
        });
      return changes.watch(listener);
    },
    show: glimpses.show,
    lookOn: glimpses.lookOn,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      changes.close();
      glimpses.close();
      await store.queue.close().catch(() => {});
      // What was asked for before is answered first, if the server still answers.
      await redis.quit().catch(() => {});
      redis.disconnect();
    },
  };
}

async function addJobs(store: BullmqStore, jobs: readonly NewJob[]): Promise<readonly Job[]> {
  const checked = jobs.map(checkedJob);
  if (checked.length === 0) return [];
  const described = JSON.stringify(
    checked.map((job) => ({ ...job, payload: undefined, afterJson: JSON.stringify(job.after) })),
  );
  const { maxQueued } = store.quota;
  const nowMs = Date.now();
  const [begun, ended] = await transact(store, [
    ["addBegin", described, maxQueued ?? ""],
    ...checked.map(
      (job): Step =>
        (multi) =>
          store.queue
            .getBackend()
            .addJobToTransaction(multi, bullmqJob(job, nowMs), job.id, { addToWaitingChildren: job.after.length > 0 }),
    ),
    ["addEnd", described],
  ]);
  const [refusal, first = "", second = ""] = begun as readonly string[];
  if (refusal === "quota") throw overQuota(first, Number(second), maxQueued ?? 0);
  if (refusal === "unknown-dependency") throw unknownDependency(first, second);
  const [outcome, ...hashes] = ended as readonly [string, ...JobHash[]];
  if (outcome !== "ok") throw Object.assign(new Error("OOM BullMQ could not add the jobs"), { name: "ReplyError" });
  return hashes.map((hash) => jobOfHash(hash) as Job);
}

function bullmqJob({ id, kind, payload, priority, maxAttempts }: CheckedJob, nowMs: number): JobJson {
  return {
    id,
    name: kind,
    data: payload,
    opts: { priority: priorities.most + 1 - priority, attempts: maxAttempts, jobId: id },
    timestamp: nowMs,
    progress: 0,
    attemptsMade: 0,
    attemptsStarted: 0,
    failedReason: "",
    returnvalue: "",
    stalledCounter: 0,
  };
}

async function claimJob(
  store: BullmqStore,
  { worker, lanes, leaseMs }: ClaimOptions,
  token: string,
  hadWork: boolean,
): Promise<Claim | undefined> {
  checkCount("leaseMs", leaseMs);
  const wanted = [JSON.stringify(lanes), store.quota.maxRunning ?? ""] as const;
  // Idle workers ask again and again, and should not have the server write each time.
  if (!hadWork && (await run(store, "peek", ...wanted)) === 0) return undefined;
  const [, hash] = await transact(store, [
    ["claimBegin", ...wanted, token],
    (multi) => store.queue.getBackend().execCommand(multi, "moveToActive", moveToActive(store, token, worker, leaseMs)),
    ["claimEnd", token, worker, leaseMs],
  ]);
  const job = jobOfHash(hash as JobHash);
  return job && { job: job as Claim["job"], token };
}

/** Time 0, so that BullMQ leaves delayed jobs to us: it would put them behind the others, by this machine's clock. */
function moveToActive({ queue }: BullmqStore, token: string, name: string, lockDuration: number): unknown[] {
  const { keys } = queue;
  const names = [
    "wait",
    "active",
    "prioritized",
    "events",
    "stalled",
    "limiter",
    "delayed",
    "paused",
    "meta",
    "pc",
    "marker",
  ] as const;
  return [...names.map((key) => keys[key]), keys[""], 0, packr.pack({ token, lockDuration, name })];
}

function finish(store: BullmqStore, command: string, argumentsOf: () => unknown[]): Step {
  return (multi: IRedisTransaction) => store.queue.getBackend().execCommand(multi, command, argumentsOf());
}

function moveToFailed(store: BullmqStore, { job, token }: Claim, message: string): Step {
  return finish(store, "moveToFinished", () =>
    store.queue.getBackend().moveToFailedArgs(minimal(job), message, false, token, false),
  );
}

function moveToDelayed(store: BullmqStore, { job, token }: Claim): Step {
  const delayMs = backoffOf(store, job);
  return finish(store, "moveToDelayed", () =>
    store.queue.getBackend().moveToDelayedArgs(job.id, Date.now(), token, delayMs),
  );
}

function moveToWait({ queue }: BullmqStore, { job, token }: Claim): Step {
  const { keys } = queue;
  const names = ["active", "wait", "stalled", "paused", "meta", "limiter", "prioritized", "marker", "events"] as const;
  const values = [...names.map((key) => keys[key]), job.id, token, queue.toKey(job.id)];
  return (multi) => queue.getBackend().execCommand(multi, "moveJobFromActiveToWait", values);
}

async function leave(
  store: BullmqStore,
  claim: Claim,
  what: "fail" | "retry" | "release" | "cancel",
  bullmq: Step,
  failure?: JobFailure,
): Promise<boolean> {
  const { job, token } = claim;
  const json = failure === undefined ? "" : jsonOf("failure", failure);
  const [, isLeft] = await transact(store, [
    ["holdBegin", job.id, token],
    bullmq,
    ["leaveEnd", job.id, what, json, backoffOf(store, job)],
  ]);
  return isLeft === 1;
}

function backoffOf({ backoffMs }: BullmqStore, { attempts }: Job): number {
  return Math.ceil(backoffMs(attempts));
}

/** What BullMQ wants to know of a job that ends. */
function minimal({ id, maxAttempts }: Job) {
  return { id, opts: { attempts: maxAttempts } } as Parameters<
    ReturnType<BullmqStore["queue"]["getBackend"]>["moveToCompletedArgs"]
  >[0];
}

function arranged(doing: string, id: string, answer: unknown): Job {
  const [outcome, first, second, third] = answer as readonly ["ok", JobHash] & readonly [string, ...string[]];
  const state = first as unknown as JobState;
  switch (outcome as string) {
    case "not-found":
      throw notFound(doing, id);
    case "wrong-state":
      throw wrongState(doing, { id, state });
    case "unmet":
      throw unmetDependency(id, state, String(second), String(third) as "failed" | "cancelled" | "removed");
    default:
      return jobOfHash(first) as Job;
  }
}

async function listJobs(
  store: BullmqStore,
  { states, group = "", client = "", lane = "" }: JobFilter,
  { limit = defaultLimit, offset = 0 }: { readonly limit?: number; readonly offset?: number },
): Promise<JobPage> {
  checkCount("limit", limit);
  checkCount("offset", offset, 0);
  const wanted = states === undefined ? "" : JSON.stringify(states);
  const [total, ...hashes] = (await run(store, "list", wanted, group, client, lane, limit, offset)) as [
    number,
    ...JobHash[],
  ];
  return { jobs: hashes.map((hash) => jobOfHash(hash) as Job), total };
}

async function countJobs(
  store: BullmqStore,
  { group = "", client = "", lane = "" }: Omit<JobFilter, "states">,
): Promise<JobCounts> {
  const counts = { queued: 0, waiting: 0, paused: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
  const answer = (await run(store, "counts", group, client, lane)) as readonly (string | number)[];
  for (let index = 0; index < answer.length; index += 2) counts[answer[index] as JobState] = Number(answer[index + 1]);
  return counts;
}

async function removeJobs(store: BullmqStore, selection: Parameters<JobQueue["remove"]>[0]): Promise<number> {
  const states = "states" in selection ? JSON.stringify(selection.states) : "[]";
  const id = "id" in selection ? selection.id : "";
  let removed = 0;
  for (;;) {
    const [outcome, answer] = (await run(store, "remove", states, removedAtOnce, id)) as [string, unknown];
    if (outcome === "wrong-state") throw wrongState("remove", { id, state: answer as JobState });
    removed += Number(answer);
    if (Number(answer) < removedAtOnce || id !== "") return removed;
  }
}
