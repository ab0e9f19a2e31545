import { checkPriority } from "../check-job.ts";
import type { Job, JobState } from "../job.ts";
import type { Move } from "../queue.ts";
import { notFound, unmetDependency, wrongState } from "../refusals.ts";
import { firstPlace, lastPlace } from "./add-jobs.ts";
import { isPaused } from "./claim-jobs.ts";
import { endCancelled } from "./end-jobs.ts";
import { jobBySerial, type JobRow, rowById } from "./job-row.ts";
import { inChange, type QueueStore, rowOf, rowsOf, run, type Stamp } from "./queue-store.ts";

/** What a person does to jobs. Each throws JobsError for an unknown job and for a state that does not allow it. */

const pending: ReadonlySet<JobState> = new Set(["queued", "waiting", "paused"]);

export function cancelJob(store: QueueStore, id: string): Job {
  return arrange(store, "cancel", id, (row, stamp) => {
    if (pending.has(row.state)) endCancelled(store, row, stamp);
    else if (row.state === "running" && !row.is_cancelling)
      run(store, "UPDATE jobs SET is_cancelling = 1, changed = ? WHERE serial = ?", stamp(), row.serial);
  });
}

export function retryJob(store: QueueStore, id: string): Job {
  return arrange(store, "retry", id, (row, stamp) => {
    if (row.state !== "failed" && row.state !== "cancelled") throw wrongState("retry", row);
    const unmet = unmetOf(store, row);
    run(
      store,
      `UPDATE jobs SET state = ?, unmet = ?, attempts = 0, place = ?, failure = NULL, not_before_ms = NULL,
         started_ms = NULL, ended_ms = NULL, worker = NULL, token = NULL, changed = ?
       WHERE serial = ?`,
      unmet > 0 ? "waiting" : "queued",
      unmet,
      lastPlace(store, row.priority) + 1,
      stamp(),
      row.serial,
    );
  });
}

/** How many jobs have to be done before this one; throws for one that never will be. */
function unmetOf(store: QueueStore, { id, serial, state }: JobRow): number {
  const unmet = rowsOf<{ after_id: string }>(
    store,
    "SELECT after_id FROM dependencies WHERE job = ? AND is_met = 0 ORDER BY position",
    serial,
  );
  for (const { after_id: dependency } of unmet) {
    const known = rowOf<{ state: JobState }>(store, "SELECT state FROM jobs WHERE id = ?", dependency);
    const reason = known?.state ?? "removed";
    if (reason === "failed" || reason === "cancelled" || reason === "removed")
      throw unmetDependency(id, state, dependency, reason);
  }
  return unmet.length;
}

export function moveJob(store: QueueStore, id: string, move: Move): Job {
  return arrange(store, "move", id, (row, stamp) => {
    if (!pending.has(row.state)) throw wrongState("move", row);
    if (move === "top" || move === "bottom") {
      const outermost = move === "top" ? firstPlace(store, row.priority) : lastPlace(store, row.priority);
      if (outermost !== row.place) place(store, row.serial, move === "top" ? outermost - 1 : outermost + 1, stamp);
      return;
    }
    const neighbour = rowOf<{ serial: number; place: number }>(
      store,
      `SELECT serial, place FROM jobs WHERE list_rank = 1 AND list_first = ? AND list_second ${move === "up" ? "<" : ">"} ?
       ORDER BY list_second ${move === "up" ? "DESC" : "ASC"} LIMIT 1`,
      -row.priority,
      row.place,
    );
    if (neighbour === undefined) return;
    place(store, row.serial, neighbour.place, stamp);
    place(store, neighbour.serial, row.place, stamp);
  });
}

function place(store: QueueStore, serial: number, at: number, stamp: Stamp): void {
  run(store, "UPDATE jobs SET place = ?, changed = ? WHERE serial = ?", at, stamp(), serial);
}

/** A job that gets another priority goes behind those that have it. */
export function setJobPriority(store: QueueStore, id: string, priority: number): Job {
  checkPriority(priority);
  return arrange(store, "set the priority of", id, (row, stamp) => {
    if (!pending.has(row.state) && row.state !== "running") throw wrongState("set the priority of", row);
    if (priority === row.priority) return;
    run(
      store,
      "UPDATE jobs SET priority = ?, place = ?, changed = ? WHERE serial = ?",
      priority,
      lastPlace(store, priority) + 1,
      stamp(),
      row.serial,
    );
  });
}

export function pauseJob(store: QueueStore, id: string): Job {
  return arrange(store, "pause", id, (row, stamp) => {
    if (!pending.has(row.state)) throw wrongState("pause", row);
    if (row.state !== "paused")
      run(store, "UPDATE jobs SET state = 'paused', changed = ? WHERE serial = ?", stamp(), row.serial);
  });
}

export function resumeJob(store: QueueStore, id: string): Job {
  return arrange(store, "resume", id, (row, stamp) => {
    if (!pending.has(row.state)) throw wrongState("resume", row);
    if (row.state === "paused")
      run(
        store,
        "UPDATE jobs SET state = CASE unmet WHEN 0 THEN 'queued' ELSE 'waiting' END, changed = ? WHERE serial = ?",
        stamp(),
        row.serial,
      );
  });
}

function arrange(store: QueueStore, doing: string, id: string, work: (row: JobRow, stamp: Stamp) => void): Job {
  return inChange(store, (stamp) => {
    const row = rowById(store, id);
    if (row === undefined) throw notFound(doing, id);
    work(row, stamp);
    return jobBySerial(store, row.serial);
  });
}

export function pauseQueue(store: QueueStore, shouldPause: boolean): void {
  inChange(store, (stamp) => {
    if (isPaused(store) !== shouldPause)
      run(store, "UPDATE queue SET is_paused = ?, pause_changed = ?", shouldPause ? 1 : 0, stamp());
  });
}

/** How long other processes can hear of a removal; they look several times a second. */
const removalsKeptMs = 60 * 60_000;

export function removeJobs(
  store: QueueStore,
  selection: { readonly id: string } | { readonly states: readonly ("done" | "failed" | "cancelled")[] },
): number {
  return inChange(store, (stamp) => {
    const now = store.nowMs();
    run(store, "DELETE FROM removals WHERE removed_ms < ?", now - removalsKeptMs);
    const ids = "id" in selection ? idsOf(store, selection.id) : idsIn(store, selection.states);
    for (const id of ids) {
      run(store, "DELETE FROM jobs WHERE id = ?", id);
      run(store, "INSERT INTO removals VALUES (?, ?, ?)", stamp(), id, now);
    }
    return ids.length;
  });
}

function idsOf(store: QueueStore, id: string): readonly string[] {
  const known = rowOf<{ state: JobState }>(store, "SELECT state FROM jobs WHERE id = ?", id);
  if (known === undefined) return [];
  if (pending.has(known.state) || known.state === "running") throw wrongState("remove", { id, state: known.state });
  return [id];
}

function idsIn(store: QueueStore, states: readonly string[]): readonly string[] {
  return rowsOf<{ id: string }>(
    store,
    "SELECT id FROM jobs WHERE ended_ms IS NOT NULL AND state IN (SELECT value FROM json_each(?)) ORDER BY serial",
    JSON.stringify(states),
  ).map(({ id }) => id);
}
