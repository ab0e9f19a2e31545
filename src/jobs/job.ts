/** Plain data as JSON can hold it; what a job carries in and out. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Higher runs first; within one priority, the order of the queue. */
export const priorities = { least: -10, normal: 0, most: 10 } as const;

/** What a client asks to be done. */
export type NewJob = {
  /**
   * Chosen by the client: adding a job whose id is known answers the existing one and adds nothing, so a client that
   * did not hear the answer can ask again. Lower-case UUID.
   */
  readonly id: string;
  /** What is to be done, such as "generate"; the payload's meaning depends on it. */
  readonly kind: string;
  /** Which workers can do it: the name of a generator, such as "sprite" or "comfyui". */
  readonly lane: string;
  readonly payload: Json;
  /** From priorities.least to priorities.most. */
  readonly priority?: number | undefined;
  /** Jobs that belong together: a comparison, a batch. */
  readonly group?: string | undefined;
  /** Ids of jobs that must be done first. If one of them fails or is cancelled, this one fails. */
  readonly after?: readonly string[] | undefined;
  /** Who asks; quotas count by it. */
  readonly client?: string | undefined;
  /** Tries in all, before the job fails for good: 3 by default. */
  readonly maxAttempts?: number | undefined;
};

/** Why a job did not come to its end. `code` is the code of the room's error that was thrown. */
export type JobFailure = { readonly code: string; readonly message: string };

/** How far a running job is: `step` of `steps`, and words for a person. */
export type JobProgress = { readonly step: number; readonly steps: number; readonly note?: string | undefined };

/** How a running job looks on its way; the picture is straight RGBA, four bytes a pixel. */
export type JobGlimpse = {
  readonly id: string;
  readonly progress: JobProgress;
  readonly picture?:
    | { readonly width: number; readonly height: number; readonly data: Uint8Array<ArrayBuffer> }
    | undefined;
};

type JobFacts = Required<Pick<NewJob, "id" | "kind" | "lane" | "payload" | "priority" | "maxAttempts">> & {
  readonly group: string | undefined;
  readonly after: readonly string[];
  readonly client: string;
  /** Tries begun so far. */
  readonly attempts: number;
  /** Milliseconds since 1970, as are all times here. */
  readonly addedMs: number;
  /** The failure of the last try, also while another one waits. */
  readonly lastFailure: JobFailure | undefined;
};

/**
 * A job and where it stands. Only `done` has a result; a job that was lost or whose lease expired is queued again or
 * failed, never done.
 */
export type Job = JobFacts &
  (
    | {
        /** Waits for its turn; not before `notBeforeMs` (back-off after a failed try). */
        readonly state: "queued";
        readonly notBeforeMs: number | undefined;
      }
    | {
        /** Waits for the jobs in `after`. */
        readonly state: "waiting";
      }
    | {
        /** Held by a person until resumed; keeps its place. */
        readonly state: "paused";
      }
    | {
        readonly state: "running";
        readonly worker: string;
        readonly startedMs: number;
        readonly leaseEndsMs: number;
        readonly progress: JobProgress | undefined;
        /** A person asked for it to stop; the worker learns it at its next heartbeat. */
        readonly isCancelling: boolean;
      }
    | { readonly state: "done"; readonly startedMs: number; readonly endedMs: number; readonly result: Json }
    | {
        /** The dead letter: nothing happens until a person retries or removes it. */
        readonly state: "failed";
        readonly startedMs: number | undefined;
        readonly endedMs: number;
        readonly failure: JobFailure;
      }
    | { readonly state: "cancelled"; readonly startedMs: number | undefined; readonly endedMs: number }
  );

export type JobState = Job["state"];
