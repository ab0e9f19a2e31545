import { dirname, resolve } from "node:path";
import { openDatabase } from "#database";
import { makeFolder } from "#files";
import { glimpseListeners } from "../glimpse-listeners.ts";
import type { JobQueue } from "../queue.ts";
import { exponentialBackoffMs, type QueueOptions } from "../queue-options.ts";
import { addJobs } from "./add-jobs.ts";
import {
  cancelJob,
  moveJob,
  pauseJob,
  pauseQueue,
  removeJobs,
  resumeJob,
  retryJob,
  setJobPriority,
} from "./arrange-jobs.ts";
import { createChangeFeed } from "./change-feed.ts";
import {
  cancelClaim,
  claimJob,
  completeClaim,
  failClaim,
  isPaused,
  keepClaim,
  recoverJobs,
  releaseClaim,
} from "./claim-jobs.ts";
import { jobOf, rowById } from "./job-row.ts";
import { countJobs, listJobs } from "./list-jobs.ts";
import { queueSchema } from "./queue-schema.ts";
import type { QueueStore } from "./queue-store.ts";
import { jobsErrorFrom } from "./sqlite-jobs-error.ts";

export type SqliteQueueOptions = QueueOptions & {
  /** How long to wait for another process that is writing. */
  readonly busyTimeoutMs?: number | undefined;
  /** How often watchers look for changes by other processes. */
  readonly pollMs?: number | undefined;
};

const defaultBusyTimeoutMs = 5000;
const defaultPollMs = 50;

/**
 * A queue in one SQLite file, for one machine: any number of processes may have it open. The folder and the file are made
 * if need be. Throws JobsError and FilesError.
 */
export async function openSqliteQueue(path: string, options: SqliteQueueOptions): Promise<JobQueue> {
  const file = resolve(path);
  const { clock, randomId, backoffMs = exponentialBackoffMs, quota = {} } = options;
  const { busyTimeoutMs = defaultBusyTimeoutMs, pollMs = defaultPollMs } = options;
  await makeFolder(dirname(file));
  const { database } = await openDatabase(file, queueSchema, { busyTimeoutMs }).catch((cause: unknown) => {
    throw jobsErrorFrom(cause, "open the queue", { file, busyTimeoutMs });
  });
  const nowMs = () => clock().getTime();
  const store: QueueStore = {
    database,
    file,
    busyTimeoutMs,
    nowMs,
    randomId,
    backoffMs,
    quota,
    statements: new Map(),
  };
  try {
    // Every job changes the same few pages: they are copied from the log every 4000 pages, not every 1000.
    database.exec("PRAGMA wal_autocheckpoint = 4000");
    // Damage is told now, not when somebody waits for a job.
    listJobs(store, {}, { limit: 1 });
  } catch (cause) {
    database.close();
    throw jobsErrorFrom(cause, "open the queue", store);
  }
  const feed = createChangeFeed(store, pollMs);
  // One machine has one daemon: who looks on is in this process.
  const glimpses = glimpseListeners();
  let hadWork = false;

  // Not async functions: what they do is done, in the order of the calls, when they return.
  const told = <Result>(doing: string, work: () => Result): Promise<Result> => {
    try {
      return Promise.resolve(work());
    } catch (cause) {
      return Promise.reject(jobsErrorFrom(cause, doing, store));
    }
  };
  const changed = <Result>(doing: string, work: () => Result): Promise<Result> =>
    told(doing, () => {
      const result = work();
      feed.look();
      return result;
    });

  return {
    add: (jobs) => changed("add to the queue", () => addJobs(store, jobs)),
    get: (id) =>
      told("read the queue", () => {
        const row = rowById(store, id);
        return row && jobOf(row);
      }),
    list: (filter = {}, page = {}) => told("list the queue", () => listJobs(store, filter, page)),
    counts: (filter = {}) => told("count the queue", () => countJobs(store, filter)),

    claim: (claimOptions) =>
      changed("claim a job", () => {
        const claim = claimJob(store, claimOptions, hadWork);
        hadWork = claim !== undefined;
        return claim;
      }),
    heartbeat: (claim, leaseMs, progress) => changed("keep a job", () => keepClaim(store, claim, leaseMs, progress)),
    complete: (claim, result) => changed("complete a job", () => completeClaim(store, claim, result)),
    fail: (claim, failure, { isPermanent = false } = {}) =>
      changed("fail a job", () => failClaim(store, claim, failure, isPermanent)),
    release: (claim) => changed("give back a job", () => releaseClaim(store, claim)),
    confirmCancelled: (claim) => changed("confirm that a job was cancelled", () => cancelClaim(store, claim)),

    cancel: (id) => changed("cancel a job", () => cancelJob(store, id)),
    retry: (id) => changed("retry a job", () => retryJob(store, id)),
    move: (id, move) => changed("move a job", () => moveJob(store, id, move)),
    setPriority: (id, priority) => changed("set a priority", () => setJobPriority(store, id, priority)),
    pause: (id) => changed("pause a job", () => pauseJob(store, id)),
    resume: (id) => changed("resume a job", () => resumeJob(store, id)),
    pauseAll: () => changed("pause the queue", () => pauseQueue(store, true)),
    resumeAll: () => changed("resume the queue", () => pauseQueue(store, false)),
    isPaused: () => told("read the queue", () => isPaused(store)),
    remove: (selection) => changed("remove from the queue", () => removeJobs(store, selection)),

    recover: () => changed("recover jobs", () => recoverJobs(store)),
    watch: (listener) => {
      try {
        return feed.watch(listener);
      } catch (cause) {
        throw jobsErrorFrom(cause, "watch the queue", store);
      }
    },
    show: glimpses.tell,
    lookOn: glimpses.add,
    close: () =>
      told("close the queue", () => {
        feed.close();
        glimpses.clear();
        store.statements.clear();
        if (database.isOpen) database.close();
      }),
  };
}
