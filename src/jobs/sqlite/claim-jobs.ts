import { checkCount, jsonOf } from "../check-job.ts";
import type { JobFailure, JobProgress, Json } from "../job.ts";
import type { Claim, ClaimOptions, Heartbeat } from "../queue.ts";
import { leaseExpired } from "../refusals.ts";
import { endCancelled, endDone, endFailed, putBack } from "./end-jobs.ts";
import { jobBySerial } from "./job-row.ts";
import { inChange, inFleetingChange, type QueueStore, rowOf, rowsOf, run, type Stamp } from "./queue-store.ts";

type Ready = { readonly serial: number; readonly priority: number; readonly place: number };

/** `hadWork`: whether there was a job the last time, so that it is worth to try without looking first. */
export function claimJob(
  store: QueueStore,
  { worker, lanes, leaseMs }: ClaimOptions,
  hadWork: boolean,
): Claim | undefined {
  checkCount("leaseMs", leaseMs);
  // Idle workers ask again and again, and should not take the write lock from those at work.
  if (!hadWork && !hasWork(store, lanes)) return undefined;
  return inFleetingChange(store, (stamp) => {
    recoverExpired(store, stamp);
    admitDue(store, stamp);
    const ready = isPaused(store) ? undefined : nextReady(store, lanes);
    if (ready === undefined) return undefined;
    const token = store.randomId();
    const now = store.nowMs();
    run(
      store,
      `UPDATE jobs SET state = 'running', attempts = attempts + 1, worker = ?, token = ?, started_ms = ?,
         lease_ends_ms = ?, progress = NULL, is_cancelling = 0, changed = ?
       WHERE serial = ?`,
      worker,
      token,
      now,
      now + leaseMs,
      stamp(),
      ready.serial,
    );
    return { job: jobBySerial(store, ready.serial) as Claim["job"], token };
  });
}

function hasWork(store: QueueStore, lanes: readonly string[]): boolean {
  if (isAnyExpired(store) || isAnyDue(store)) return true;
  return !isPaused(store) && nextReady(store, lanes) !== undefined;
}

function nextReady(store: QueueStore, lanes: readonly string[]): Ready | undefined {
  const { maxRunning } = store.quota;
  const withinQuota =
    maxRunning === undefined
      ? ""
      : `AND client NOT IN
           (SELECT client FROM jobs WHERE list_rank = 0 GROUP BY client HAVING count(*) >= ${Number(maxRunning)})`;
  let best: Ready | undefined;
  for (const lane of lanes) {
    const ready = rowOf<Ready>(
      store,
      `SELECT serial, priority, place FROM jobs
       WHERE lane = ? AND state = 'queued' AND not_before_ms IS NULL ${withinQuota}
       ORDER BY priority DESC, place LIMIT 1`,
      lane,
    );
    if (ready !== undefined && (best === undefined || isBefore(ready, best))) best = ready;
  }
  return best;
}

function isBefore(left: Ready, right: Ready): boolean {
  return left.priority === right.priority ? left.place < right.place : left.priority > right.priority;
}

export function isPaused(store: QueueStore): boolean {
  return rowOf<{ is_paused: number }>(store, "SELECT is_paused FROM queue")?.is_paused === 1;
}

function isAnyExpired(store: QueueStore): boolean {
  return rowOf(store, "SELECT 1 FROM jobs WHERE list_rank = 0 AND lease_ends_ms <= ?", store.nowMs()) !== undefined;
}

function isAnyDue(store: QueueStore): boolean {
  return rowOf(store, "SELECT 1 FROM jobs WHERE state = 'queued' AND not_before_ms <= ?", store.nowMs()) !== undefined;
}

/** Jobs whose back-off is over are ready again. */
function admitDue(store: QueueStore, stamp: Stamp): void {
  const due = rowsOf<{ serial: number }>(
    store,
    "SELECT serial FROM jobs WHERE state = 'queued' AND not_before_ms <= ?",
    store.nowMs(),
  );
  for (const { serial } of due)
    run(store, "UPDATE jobs SET not_before_ms = NULL, changed = ? WHERE serial = ?", stamp(), serial);
}

export function recoverJobs(store: QueueStore): number {
  return isAnyExpired(store) ? inChange(store, (stamp) => recoverExpired(store, stamp)) : 0;
}

function recoverExpired(store: QueueStore, stamp: Stamp): number {
  const expired = rowsOf<Held>(
    store,
    `${selectHeld} WHERE list_rank = 0 AND lease_ends_ms <= ? ORDER BY lease_ends_ms`,
    store.nowMs(),
  );
  for (const held of expired) {
    const failure = leaseExpired(held.worker);
    if (held.is_cancelling) endCancelled(store, held, stamp);
    else if (held.attempts >= held.max_attempts) endFailed(store, held, failure, stamp);
    else putBack(store, held.serial, { attempts: held.attempts, notBeforeMs: null, failure }, stamp);
  }
  return expired.length;
}

type Held = {
  readonly serial: number;
  readonly id: string;
  readonly worker: string;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly is_cancelling: number;
};

const selectHeld = "SELECT serial, id, worker, attempts, max_attempts, is_cancelling FROM jobs";

/** The job, if the claim still holds it. */
function heldBy(store: QueueStore, { job, token }: Claim): Held | undefined {
  return rowOf<Held>(store, `${selectHeld} WHERE id = ? AND token = ? AND state = 'running'`, job.id, token);
}

export function keepClaim(store: QueueStore, claim: Claim, leaseMs: number, progress?: JobProgress): Heartbeat {
  checkCount("leaseMs", leaseMs);
  return inFleetingChange(store, (stamp) => {
    const held = heldBy(store, claim);
    if (held === undefined) return "lost";
    const leaseEndsMs = store.nowMs() + leaseMs;
    run(store, "UPDATE jobs SET lease_ends_ms = ? WHERE serial = ?", leaseEndsMs, held.serial);
    if (progress !== undefined) {
      const json = jsonOf("progress", progress);
      run(store, "UPDATE jobs SET progress = ?, changed = ? WHERE serial = ?", json, stamp(), held.serial);
    }
    return held.is_cancelling ? "cancelling" : "held";
  });
}

export function completeClaim(store: QueueStore, claim: Claim, result: Json): boolean {
  const json = jsonOf("result", result);
  return inChange(store, (stamp) => {
    const held = heldBy(store, claim);
    if (held !== undefined) {
      endDone(store, held, json, stamp);
      return true;
    }
    const { job, token } = claim;
    return (
      rowOf(store, "SELECT 1 FROM jobs WHERE id = ? AND token = ? AND state = 'done'", job.id, token) !== undefined
    );
  });
}

export function failClaim(store: QueueStore, claim: Claim, failure: JobFailure, isPermanent: boolean): boolean {
  return endTry(store, claim, (held, stamp) => {
    if (held.is_cancelling) endCancelled(store, held, stamp);
    else if (isPermanent || held.attempts >= held.max_attempts) endFailed(store, held, failure, stamp);
    else {
      const notBeforeMs = store.nowMs() + Math.ceil(store.backoffMs(held.attempts));
      putBack(store, held.serial, { attempts: held.attempts, notBeforeMs, failure }, stamp);
    }
  });
}

export function releaseClaim(store: QueueStore, claim: Claim): boolean {
  return endTry(store, claim, (held, stamp) => {
    if (held.is_cancelling) endCancelled(store, held, stamp);
    else putBack(store, held.serial, { attempts: held.attempts - 1, notBeforeMs: null, failure: undefined }, stamp);
  });
}

export function cancelClaim(store: QueueStore, claim: Claim): boolean {
  return endTry(store, claim, (held, stamp) => endCancelled(store, held, stamp));
}

function endTry(store: QueueStore, claim: Claim, end: (held: Held, stamp: Stamp) => void): boolean {
  return inChange(store, (stamp) => {
    const held = heldBy(store, claim);
    if (held === undefined) return false;
    end(held, stamp);
    return true;
  });
}
