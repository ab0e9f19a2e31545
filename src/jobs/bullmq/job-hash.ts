import { type Job, type JobFailure, type JobProgress, type JobState, type Json, priorities } from "../job.ts";
import { JobsError } from "../jobs-error.ts";

/** A job as Redis answers it: its hash as names and values in turn; empty when there is none. */
export type JobHash = readonly string[];

/** Throws JobsError for a job that another program has changed. */
export function jobOfHash(hash: JobHash): Job | undefined {
  try {
    return parse(hash);
  } catch (cause) {
    const id = hash[hash.indexOf("dgx:id") + 1] ?? "";
    throw new JobsError(
      `Cannot read job ${id}: another program has changed it in Redis; cancel and remove it, and add it again`,
      { code: "damaged", place: id },
      { cause },
    );
  }
}

function parse(hash: JobHash): Job | undefined {
  const fields = new Map<string, string>();
  for (let index = 0; index < hash.length; index += 2) fields.set(hash[index] ?? "", hash[index + 1] ?? "");
  const own = (name: string): string | undefined => fields.get(`dgx:${name}`);
  const count = (name: string): number => Number(own(name) ?? 0);
  const state = own("state") as JobState | undefined;
  if (state === undefined) return undefined;
  const failureJson = own("failure");
  const failure = failureJson === undefined ? undefined : (JSON.parse(failureJson) as JobFailure);
  const facts = {
    id: own("id") ?? "",
    kind: fields.get("name") ?? "",
    lane: own("lane") ?? "",
    payload: JSON.parse(fields.get("data") ?? "null") as Json,
    priority: priorities.most + 1 - Number(fields.get("priority")),
    group: own("group"),
    after: JSON.parse(own("after") ?? "[]") as string[],
    client: own("client") ?? "",
    attempts: count("attempts"),
    maxAttempts: count("most"),
    addedMs: count("added"),
    lastFailure: failure,
  };
  const started = own("started");
  const startedMs = started === undefined ? undefined : Number(started);
  const endedMs = count("ended");
  switch (state) {
    case "queued": {
      const notBefore = own("notBefore");
      return { ...facts, state, notBeforeMs: notBefore === undefined ? undefined : Number(notBefore) };
    }
    case "running": {
      const progress = own("progress");
      return {
        ...facts,
        state,
        worker: own("worker") ?? "",
        startedMs: startedMs ?? 0,
        leaseEndsMs: count("leaseEnds"),
        progress: progress === undefined ? undefined : (JSON.parse(progress) as JobProgress),
        isCancelling: own("cancelling") !== undefined,
      };
    }
    case "done":
      return {
        ...facts,
        state,
        startedMs: startedMs ?? 0,
        endedMs,
        result: JSON.parse(fields.get("returnvalue") ?? "null") as Json,
      };
    case "failed":
      return {
        ...facts,
        state,
        startedMs,
        endedMs,
        failure: failure ?? { code: "unknown", message: "Nobody said why" },
      };
    case "cancelled":
      return { ...facts, state, startedMs, endedMs };
    default:
      return { ...facts, state };
  }
}
