import type { JobState } from "./job.ts";

/** What was wrong, for programs: one shape per `code`. `place` is the database's file or the server's address. */
export type JobsProblem =
  | { readonly code: "invalid-job"; readonly field: string; readonly value: unknown }
  | { readonly code: "invalid-argument"; readonly field: string; readonly value: unknown }
  | { readonly code: "not-found"; readonly id: string }
  /** The job's state does not allow it. */
  | { readonly code: "wrong-state"; readonly id: string; readonly state: JobState }
  | { readonly code: "unknown-dependency"; readonly id: string; readonly dependency: string }
  | { readonly code: "quota"; readonly client: string; readonly queued: number; readonly limit: number }
  | { readonly code: "not-a-queue"; readonly place: string }
  | { readonly code: "newer-version"; readonly place: string; readonly version: number; readonly supported: number }
  | { readonly code: "damaged"; readonly place: string }
  | { readonly code: "busy"; readonly place: string }
  | { readonly code: "not-writable"; readonly place: string }
  | { readonly code: "not-allowed"; readonly place: string }
  /** The disk of a file, the memory of a server. */
  | { readonly code: "disk-full"; readonly place: string }
  | { readonly code: "closed"; readonly place: string }
  | { readonly code: "unreachable"; readonly place: string }
  /** The server may forget what it has acknowledged. */
  | { readonly code: "not-durable"; readonly place: string; readonly setting: string }
  | { readonly code: "failed"; readonly place: string };

/** The one error of this room. Its message is a sentence for people: what could not be done, the value, the remedy. */
export class JobsError extends Error {
  override readonly name = "JobsError";
  readonly details: JobsProblem;

  constructor(message: string, details: JobsProblem, options?: ErrorOptions) {
    super(message, options);
    this.details = details;
  }

  get code(): JobsProblem["code"] {
    return this.details.code;
  }
}
