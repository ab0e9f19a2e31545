import type { Job, JobFailure, JobProgress, JobState, Json } from "../job.ts";
import { type QueueStore, rowOf } from "./queue-store.ts";

/** A job as the database holds it. */
export type JobRow = {
  readonly serial: number;
  readonly id: string;
  readonly kind: string;
  readonly lane: string;
  readonly client: string;
  readonly group_name: string | null;
  readonly priority: number;
  readonly place: number;
  readonly state: JobState;
  readonly max_attempts: number;
  readonly attempts: number;
  readonly added_ms: number;
  readonly not_before_ms: number | null;
  readonly started_ms: number | null;
  readonly ended_ms: number | null;
  readonly worker: string | null;
  readonly token: string | null;
  readonly lease_ends_ms: number | null;
  readonly progress: string | null;
  readonly is_cancelling: number;
  readonly failure: string | null;
  readonly changed: number;
  readonly payload: string;
  readonly result: string | null;
  /** JSON array of ids, null when there are none. */
  readonly after: string | null;
};

/** Selects JobRows; conditions and order come behind it. */
export const selectJobs = `
  SELECT jobs.*, payloads.json AS payload, results.json AS result,
    (SELECT json_group_array(after_id ORDER BY position) FROM dependencies WHERE job = serial) AS after
  FROM jobs JOIN payloads ON payloads.job = serial LEFT JOIN results ON results.job = serial`;

export function rowById(store: QueueStore, id: string): JobRow | undefined {
  return rowOf<JobRow>(store, `${selectJobs} WHERE id = ?`, id);
}

/** The job that is known to be there. */
export function jobBySerial(store: QueueStore, serial: number): Job {
  return jobOf(rowOf<JobRow>(store, `${selectJobs} WHERE serial = ?`, serial) as JobRow);
}

export function jobOf(row: JobRow): Job {
  const failure = row.failure === null ? undefined : (JSON.parse(row.failure) as JobFailure);
  const facts = {
    id: row.id,
    kind: row.kind,
    lane: row.lane,
    payload: JSON.parse(row.payload) as Json,
    priority: row.priority,
    group: row.group_name ?? undefined,
    after: JSON.parse(row.after ?? "[]") as string[],
    client: row.client,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    addedMs: row.added_ms,
    lastFailure: failure,
  };
  const startedMs = row.started_ms ?? undefined;
  const endedMs = row.ended_ms ?? 0;
  switch (row.state) {
    case "queued":
      return { ...facts, state: "queued", notBeforeMs: row.not_before_ms ?? undefined };
    case "running":
      return {
        ...facts,
        state: "running",
        worker: row.worker ?? "",
        startedMs: startedMs ?? 0,
        leaseEndsMs: row.lease_ends_ms ?? 0,
        progress: row.progress === null ? undefined : (JSON.parse(row.progress) as JobProgress),
        isCancelling: row.is_cancelling === 1,
      };
    case "done":
      return {
        ...facts,
        state: "done",
        startedMs: startedMs ?? 0,
        endedMs,
        result: JSON.parse(row.result ?? "null") as Json,
      };
    case "failed":
      return { ...facts, state: "failed", startedMs, endedMs, failure: failure ?? unknownFailure };
    case "cancelled":
      return { ...facts, state: "cancelled", startedMs, endedMs };
    default:
      return { ...facts, state: row.state };
  }
}

const unknownFailure: JobFailure = { code: "unknown", message: "Nobody said why" };
