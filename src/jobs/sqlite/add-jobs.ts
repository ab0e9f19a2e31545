import { type CheckedJob, checkedJob } from "../check-job.ts";
import type { Job, JobFailure, NewJob } from "../job.ts";
import { inheritedFailure, overQuota, unknownDependency } from "../refusals.ts";
import { jobBySerial, jobOf, rowById } from "./job-row.ts";
import { inChange, type QueueStore, rowOf, run, type Stamp } from "./queue-store.ts";

/** Throws JobsError, and then none is added. */
export function addJobs(store: QueueStore, jobs: readonly NewJob[]): readonly Job[] {
  const checked = jobs.map(checkedJob);
  if (checked.length === 0) return [];
  return inChange(store, (stamp) => {
    const added = new Map<string, number>();
    const serials = checked.map((job) => {
      const known = rowOf<{ serial: number }>(store, "SELECT serial FROM jobs WHERE id = ?", job.id);
      if (known !== undefined) return known.serial;
      added.set(job.client, (added.get(job.client) ?? 0) + 1);
      return insert(store, job, stamp);
    });
    for (const client of added.keys()) checkQuota(store, client);
    return serials.map((serial) => jobBySerial(store, serial));
  });
}

function insert(store: QueueStore, job: CheckedJob, stamp: Stamp): number {
  const { unmet, failure } = dependenciesOf(store, job);
  const now = store.nowMs();
  const state = failure !== undefined ? "failed" : unmet.size > 0 ? "waiting" : "queued";
  const { serial } = rowOf<{ serial: number }>(
    store,
    `INSERT INTO jobs
       (id, kind, lane, client, group_name, priority, place, state, max_attempts, unmet, added_ms, ended_ms, failure, changed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING serial`,
    job.id,
    job.kind,
    job.lane,
    job.client,
    job.group ?? null,
    job.priority,
    lastPlace(store, job.priority) + 1,
    state,
    job.maxAttempts,
    unmet.size,
    now,
    failure === undefined ? null : now,
    failure === undefined ? null : JSON.stringify(failure),
    stamp(),
  ) as { serial: number };
  run(store, "INSERT INTO payloads VALUES (?, ?)", serial, job.payload);
  for (const [position, dependency] of job.after.entries())
    run(
      store,
      "INSERT INTO dependencies VALUES (?, ?, ?, ?)",
      serial,
      position,
      dependency,
      unmet.has(dependency) ? 0 : 1,
    );
  return serial;
}

function dependenciesOf(
  store: QueueStore,
  job: CheckedJob,
): { readonly unmet: ReadonlySet<string>; readonly failure: JobFailure | undefined } {
  const unmet = new Set<string>();
  let failure: JobFailure | undefined;
  for (const id of job.after) {
    const row = rowById(store, id);
    if (row === undefined) throw unknownDependency(job.id, id);
    if (row.state === "done") continue;
    unmet.add(id);
    failure ??= inheritedFailure(jobOf(row));
  }
  return { unmet, failure };
}

/** Of the unfinished jobs of a priority; running ones keep their places. */
export function lastPlace(store: QueueStore, priority: number): number {
  return outermostPlace(store, priority, "max");
}

export function firstPlace(store: QueueStore, priority: number): number {
  return outermostPlace(store, priority, "min");
}

function outermostPlace(store: QueueStore, priority: number, outermost: "min" | "max"): number {
  const pending = rowOf<{ place: number | null }>(
    store,
    `SELECT ${outermost}(list_second) AS place FROM jobs WHERE list_rank = 1 AND list_first = ?`,
    -priority,
  );
  const running = rowOf<{ place: number | null }>(
    store,
    `SELECT ${outermost}(place) AS place FROM jobs WHERE list_rank = 0 AND priority = ?`,
    priority,
  );
  const places = [pending?.place, running?.place].filter((place) => typeof place === "number");
  return places.length === 0 ? 0 : Math[outermost](...places);
}

function checkQuota(store: QueueStore, client: string): void {
  const { maxQueued } = store.quota;
  if (maxQueued === undefined) return;
  const { queued } = rowOf<{ queued: number }>(
    store,
    "SELECT count(*) AS queued FROM jobs WHERE list_rank = 1 AND client = ?",
    client,
  ) as { queued: number };
  if (queued > maxQueued) throw overQuota(client, queued, maxQueued);
}
