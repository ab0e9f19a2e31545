import type { Job, JobFailure, JobState } from "./job.ts";
import { JobsError } from "./jobs-error.ts";

/** The sentences that every queue says alike. */

export function notFound(doing: string, id: string): JobsError {
  return new JobsError(`Cannot ${doing} job ${id}: there is none with this id; look in the list of jobs`, {
    code: "not-found",
    id,
  });
}

const remedies: Readonly<Record<string, string>> = {
  retry: "only failed and cancelled jobs can be run again",
  move: "only jobs that have not begun have a place to move",
  "set the priority of": "add it again to have it run again",
  pause: "only jobs that have not begun can be held",
  resume: "only jobs that are held can be resumed",
  remove: "cancel it first",
};

export function wrongState(doing: string, { id, state }: { readonly id: string; readonly state: JobState }): JobsError {
  return new JobsError(`Cannot ${doing} job ${id}, which is ${state}: ${remedies[doing]}`, {
    code: "wrong-state",
    id,
    state,
  });
}

export function unknownDependency(id: string, dependency: string): JobsError {
  return new JobsError(
    `Cannot add job ${id} after job ${dependency}, which is unknown: add that one first, or before it in the same call`,
    { code: "unknown-dependency", id, dependency },
  );
}

const unmetReasons = {
  failed: "has failed; retry that one first",
  cancelled: "was cancelled; retry that one first",
  removed: "has been removed; add the jobs again",
} as const;

/** `dependency` has to be done for job `id` to run again. */
export function unmetDependency(
  id: string,
  state: JobState,
  dependency: string,
  reason: keyof typeof unmetReasons,
): JobsError {
  return new JobsError(
    `Cannot retry job ${id}: job ${dependency}, which has to be done first, ${unmetReasons[reason]}`,
    {
      code: "wrong-state",
      id,
      state,
    },
  );
}

export function overQuota(client: string, queued: number, limit: number): JobsError {
  return new JobsError(
    `Cannot add these jobs: client ${client} would have ${queued} in the queue, and ${limit} are allowed; ` +
      "wait until some are done, or cancel some",
    { code: "quota", client, queued, limit },
  );
}

export const leaseExpired: (worker: string) => JobFailure = (worker) => ({
  code: "lease-expired",
  message: `Worker ${worker} did not report in time; it was stopped, or its machine was`,
});

/** The failure that a failed or cancelled job hands down to those that wait for it: always the first one's. */
export function inheritedFailure(dependency: Job): JobFailure | undefined {
  if (dependency.state === "cancelled")
    return {
      code: "dependency-cancelled",
      message: `Job ${dependency.id}, which had to be done first, was cancelled`,
    };
  if (dependency.state !== "failed") return undefined;
  const { code, message } = dependency.failure;
  if (code === "dependency-failed" || code === "dependency-cancelled") return dependency.failure;
  return { code: "dependency-failed", message: `Job ${dependency.id}, which had to be done first, failed: ${message}` };
}
