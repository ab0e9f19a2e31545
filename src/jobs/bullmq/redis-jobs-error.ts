import { JobsError, type JobsProblem } from "../jobs-error.ts";

/** An error of Redis or of the connection as one sentence with a remedy; others pass as they are. */
export function redisJobsErrorFrom(cause: unknown, doing: string, place: string): unknown {
  if (cause instanceof JobsError || !(cause instanceof Error)) return cause;
  const tell = (sentence: string, details: JobsProblem) =>
    new JobsError(`Cannot ${doing}: ${sentence}`, details, { cause });
  const message = messageOf(cause);
  if (/\bOOM\b/.test(message))
    return tell(`the memory of the Redis server at ${place} is full; raise its maxmemory or remove ended jobs`, {
      code: "disk-full",
      place,
    });
  if (/\b(?:MISCONF|READONLY|NOREPLICAS)\b/.test(message))
    return tell(`the Redis server at ${place} takes no changes (${message}); look at its log`, {
      code: "not-writable",
      place,
    });
  if (/\b(?:NOAUTH|WRONGPASS|NOPERM)\b/.test(message))
    return tell(`the Redis server at ${place} refuses this user; put the name and the password into its address`, {
      code: "not-allowed",
      place,
    });
  if (isUnreachable(cause))
    return tell(`the Redis server at ${place} does not answer; start it, or correct the address`, {
      code: "unreachable",
      place,
    });
  if (cause.name === "ReplyError")
    return tell(`the Redis server at ${place} answered "${message}"; look at its log`, { code: "failed", place });
  return cause;
}

/** A transaction that was not begun says why in the errors before it. */
function messageOf(cause: Error): string {
  const [first] = "previousErrors" in cause ? (cause.previousErrors as readonly unknown[]) : [];
  return first instanceof Error ? first.message : cause.message;
}

/** Whether the server could not be asked, or its answer was lost. */
export function isUnreachable(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  if (cause.name === "MaxRetriesPerRequestError" || cause.name === "AbortError") return true;
  if ("code" in cause && typeof cause.code === "string" && /^E[A-Z]+$/.test(cause.code)) return true;
  return /^(?:Connection is closed|Stream isn't writeable|Command timed out|connect )/i.test(cause.message);
}
