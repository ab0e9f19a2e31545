import type { JobFailure } from "../job.ts";
import { inheritedFailure } from "../refusals.ts";
import { jobOf, rowById } from "./job-row.ts";
import { type QueueStore, rowOf, rowsOf, run, type Stamp } from "./queue-store.ts";

/** What every end of a job brings with it for those that wait for it. All run inside a change. */

type Known = { readonly serial: number; readonly id: string };

export function endDone(store: QueueStore, { serial, id }: Known, result: string, stamp: Stamp): void {
  run(
    store,
    `UPDATE jobs SET state = 'done', ended_ms = ?, lease_ends_ms = NULL, progress = NULL, is_cancelling = 0, changed = ?
     WHERE serial = ?`,
    store.nowMs(),
    stamp(),
    serial,
  );
  run(store, "INSERT OR REPLACE INTO results VALUES (?, ?)", serial, result);
  const dependents = rowsOf<{ job: number }>(
    store,
    "SELECT job FROM dependencies WHERE after_id = ? AND is_met = 0",
    id,
  );
  if (dependents.length === 0) return;
  run(store, "UPDATE dependencies SET is_met = 1 WHERE after_id = ?", id);
  for (const { job } of dependents)
    run(
      store,
      `UPDATE jobs SET unmet = unmet - 1, changed = ?,
         state = CASE WHEN state = 'waiting' AND unmet = 1 THEN 'queued' ELSE state END
       WHERE serial = ?`,
      stamp(),
      job,
    );
}

export function endFailed(store: QueueStore, job: Known, failure: JobFailure, stamp: Stamp): void {
  end(store, job.serial, "failed", failure, stamp);
  failDependents(store, job.id, stamp);
}

export function endCancelled(store: QueueStore, job: Known, stamp: Stamp): void {
  end(store, job.serial, "cancelled", undefined, stamp);
  failDependents(store, job.id, stamp);
}

/** Puts a running job back to its place; `notBeforeMs` null means at once. */
export function putBack(
  store: QueueStore,
  serial: number,
  how: { readonly attempts: number; readonly notBeforeMs: number | null; readonly failure: JobFailure | undefined },
  stamp: Stamp,
): void {
  run(
    store,
    `UPDATE jobs SET state = 'queued', attempts = ?, not_before_ms = ?, failure = coalesce(?, failure), started_ms = NULL,
       worker = NULL, token = NULL, lease_ends_ms = NULL, progress = NULL, changed = ?
     WHERE serial = ?`,
    how.attempts,
    how.notBeforeMs,
    how.failure === undefined ? null : JSON.stringify(how.failure),
    stamp(),
    serial,
  );
}

function end(
  store: QueueStore,
  serial: number,
  state: "failed" | "cancelled",
  failure: JobFailure | undefined,
  stamp: Stamp,
): void {
  run(
    store,
    `UPDATE jobs SET state = ?, ended_ms = ?, failure = coalesce(?, failure), not_before_ms = NULL,
       lease_ends_ms = NULL, progress = NULL, is_cancelling = 0, changed = ?
     WHERE serial = ?`,
    state,
    store.nowMs(),
    failure === undefined ? null : JSON.stringify(failure),
    stamp(),
    serial,
  );
}

function failDependents(store: QueueStore, id: string, stamp: Stamp): void {
  const isWaitedFor = rowOf(store, "SELECT 1 FROM dependencies WHERE after_id = ? AND is_met = 0 LIMIT 1", id);
  const ended = isWaitedFor === undefined ? undefined : rowById(store, id);
  const failure = ended === undefined ? undefined : inheritedFailure(jobOf(ended));
  if (failure === undefined) return;
  const ids = [id];
  for (let next = ids.pop(); next !== undefined; next = ids.pop()) {
    const dependents = rowsOf<Known>(
      store,
      `SELECT serial, id FROM jobs
       WHERE serial IN (SELECT job FROM dependencies WHERE after_id = ? AND is_met = 0) AND state IN ('waiting', 'paused')`,
      next,
    );
    for (const { serial, id: dependent } of dependents) {
      end(store, serial, "failed", failure, stamp);
      ids.push(dependent);
    }
  }
}
