import { type NewJob, priorities } from "./job.ts";
import { JobsError } from "./jobs-error.ts";

/** A job with all that its client left out filled in, and its payload as the queue keeps it. */
export type CheckedJob = Required<Omit<NewJob, "group" | "payload">> & {
  readonly group: string | undefined;
  /** JSON. */
  readonly payload: string;
};

/** Who asks when nobody says so. */
const anonymous = "anonymous";
const defaultMaxAttempts = 3;
const mostAttempts = 1000;
const mostDependencies = 1000;
const longestWord = 200;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Throws JobsError for the first thing that is wrong. */
export function checkedJob(job: NewJob): CheckedJob {
  const { id, kind, lane, group, after = [], client = anonymous, maxAttempts = defaultMaxAttempts } = job;
  const { priority = priorities.normal } = job;
  if (typeof id !== "string" || !uuid.test(id)) throw refusal("id", id, "give a UUID in lower case");
  checkWord("kind", kind);
  checkWord("lane", lane);
  checkWord("client", client);
  if (group !== undefined) checkWord("group", group);
  checkPriority(priority);
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > mostAttempts)
    throw refusal("maxAttempts", maxAttempts, `give a whole number from 1 to ${mostAttempts}`);
  if (!Array.isArray(after) || after.length > mostDependencies)
    throw refusal("after", after, `give a list of at most ${mostDependencies} ids of jobs`);
  for (const dependency of after)
    if (typeof dependency !== "string" || !uuid.test(dependency))
      throw refusal("after", dependency, "give ids of jobs, which are UUIDs in lower case");
  const payload = jsonOf("payload", job.payload);
  return { id, kind, lane, payload, priority, group, after: [...new Set(after)], client, maxAttempts };
}

export function checkPriority(priority: number): void {
  const { least, most } = priorities;
  if (!Number.isInteger(priority) || priority < least || priority > most)
    throw refusal("priority", priority, `give a whole number from ${least} to ${most}`);
}

/** A positive whole number, such as `leaseMs`. */
export function checkCount(field: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new JobsError(`Cannot use ${field} ${String(value)}: give a whole number of at least ${least}`, {
      code: "invalid-argument",
      field,
      value,
    });
}

/** Throws JobsError for what JSON cannot hold. */
export function jsonOf(field: string, value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw refusal(field, value, "give plain data that JSON can hold", { cause });
  }
  if (json === undefined) throw refusal(field, value, "give plain data that JSON can hold");
  return json;
}

function checkWord(field: string, value: unknown): void {
  if (typeof value !== "string" || value === "" || value.length > longestWord || value.includes("\0"))
    throw refusal(field, value, `give a text of 1 to ${longestWord} characters`);
}

function refusal(field: string, value: unknown, remedy: string, options?: ErrorOptions): JobsError {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : describe(value);
  return new JobsError(
    `Cannot use ${field} ${shown} of a job: ${remedy}`,
    { code: "invalid-job", field, value },
    options,
  );
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null ? (Array.isArray(value) ? "a list" : "an object") : String(value);
}
