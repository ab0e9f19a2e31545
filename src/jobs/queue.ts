import type { Job, JobFailure, JobGlimpse, JobProgress, JobState, Json, NewJob } from "./job.ts";

export type JobFilter = {
  readonly states?: readonly JobState[] | undefined;
  readonly group?: string | undefined;
  readonly client?: string | undefined;
  readonly lane?: string | undefined;
};

export type JobPage = { readonly jobs: readonly Job[]; readonly total: number };

export type JobCounts = Readonly<Record<JobState, number>>;

/** A worker's right to a job until the lease ends. Every later call on it carries the token of this try. */
export type Claim = { readonly job: Job & { readonly state: "running" }; readonly token: string };

export type ClaimOptions = {
  /** Name of the worker, unique among those alive. */
  readonly worker: string;
  /** Lanes it can serve. */
  readonly lanes: readonly string[];
  readonly leaseMs: number;
};

/** What a heartbeat answers: go on, stop (a person cancelled it), or let go (the lease was lost to another worker). */
export type Heartbeat = "held" | "cancelling" | "lost";

/** Something happened to a job; the job is as it stands after that. */
export type JobEvent =
  | { readonly kind: "changed"; readonly job: Job }
  | { readonly kind: "removed"; readonly id: string }
  | { readonly kind: "queue"; readonly isPaused: boolean };

/** Where a queued job goes among those of its priority. */
export type Move = "up" | "down" | "top" | "bottom";

/**
 * A durable queue of jobs. What `add` has answered is not lost by any crash afterwards. A job is handed to one worker at
 * a time, under a lease; it runs at least once, and completing it twice changes nothing. Every method rejects with a
 * JobsError of one sentence.
 */
export interface JobQueue {
  /** All of them or none; in this order within their priority. Answers the jobs as they stand. */
  add(jobs: readonly NewJob[]): Promise<readonly Job[]>;
  get(id: string): Promise<Job | undefined>;
  /** Running first, then in the order in which they will run, then the ended ones, newest first. */
  list(filter?: JobFilter, page?: { readonly limit?: number; readonly offset?: number }): Promise<JobPage>;
  counts(filter?: Omit<JobFilter, "states">): Promise<JobCounts>;

  /** The next job that may run, or undefined when there is none now. Expired leases are recovered first. */
  claim(options: ClaimOptions): Promise<Claim | undefined>;
  /** Keeps the lease for another `leaseMs` from now, and tells how far the job is. */
  heartbeat(claim: Claim, leaseMs: number, progress?: JobProgress): Promise<Heartbeat>;
  /** True if the job is done with this result now, or was already by this claim; false if the claim had been lost. */
  complete(claim: Claim, result: Json): Promise<boolean>;
  /** Ends this try. With `isPermanent`, or after the last try, the job fails; otherwise it waits its back-off. */
  fail(claim: Claim, failure: JobFailure, options?: { readonly isPermanent?: boolean }): Promise<boolean>;
  /** Gives the job back to its old place without counting the try: a worker that drains. */
  release(claim: Claim): Promise<boolean>;
  /** After "cancelling": the worker has stopped. */
  confirmCancelled(claim: Claim): Promise<boolean>;

  /** Queued, waiting, paused: at once. Running: told to its worker. Ended: left as it is. Answers the job. */
  cancel(id: string): Promise<Job>;
  /** A failed or cancelled job runs again from its first try, at the end of its priority. */
  retry(id: string): Promise<Job>;
  move(id: string, move: Move): Promise<Job>;
  setPriority(id: string, priority: number): Promise<Job>;
  /** Holds a queued or waiting job. */
  pause(id: string): Promise<Job>;
  resume(id: string): Promise<Job>;
  /** While paused no job is claimed; running ones go on. Kept across restarts. */
  pauseAll(): Promise<void>;
  resumeAll(): Promise<void>;
  isPaused(): Promise<boolean>;
  /** Forgets ended jobs (all of the given states, or one by id); answers how many. */
  remove(
    selection: { readonly id: string } | { readonly states: readonly ("done" | "failed" | "cancelled")[] },
  ): Promise<number>;

  /** Expired leases go back to the queue or fail after the last try; answers how many. */
  recover(): Promise<number>;
  /** Hears of every change, also those that other processes make; ends with the returned function. */
  watch(listener: (event: JobEvent) => void): () => void;
  /** Shows those who look on now how a job looks. Kept nowhere; it may be lost, and never fails. */
  show(glimpse: JobGlimpse): void;
  /** Sees what workers show, on a farm those of other machines too; ends with the returned function. */
  lookOn(listener: (glimpse: JobGlimpse) => void): () => void;
  close(): Promise<void>;
}
