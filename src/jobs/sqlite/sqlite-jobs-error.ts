import { DatabaseError, databaseProblemOf } from "#database";
import { JobsError, type JobsProblem } from "../jobs-error.ts";

/** SQLite's error as one sentence with a remedy; `doing` completes "Cannot". Other errors pass as they are. */
export function jobsErrorFrom(
  cause: unknown,
  doing: string,
  { file, busyTimeoutMs }: { readonly file: string; readonly busyTimeoutMs: number },
): unknown {
  const tell = (sentence: string, details: JobsProblem) =>
    new JobsError(`Cannot ${doing}: ${sentence}`, details, { cause });
  const place = file;
  if (cause instanceof DatabaseError) {
    const { details } = cause;
    if (details.code === "foreign")
      return tell(`${file} belongs to another program; choose another file`, { code: "not-a-queue", place });
    const { version, supported } = details;
    return tell(
      `${file} has version ${version}, and this program knows up to ${supported}; update dgx-pixels or choose another file`,
      { code: "newer-version", place, version, supported },
    );
  }
  switch (databaseProblemOf(cause)) {
    case undefined:
      return cause;
    case "closed":
      return tell("the queue has been closed; open it again", { code: "closed", place });
    case "busy":
      return tell(`another process has been writing to ${file} for ${busyTimeoutMs / 1000} s; try again later`, {
        code: "busy",
        place,
      });
    case "not-writable":
      return tell(`${file} cannot be written; choose a folder that this user can write`, {
        code: "not-writable",
        place,
      });
    case "disk-full":
      return tell(`the disk of ${file} is full; free some space`, { code: "disk-full", place });
    case "not-a-database":
      return tell(`${file} is not a queue; choose another file`, { code: "not-a-queue", place });
    case "damaged":
      return tell(`${file} is damaged; move it away, and a new queue is made in its place`, { code: "damaged", place });
    case "failed":
      return tell(`the database ${file} answered "${(cause as Error).message}"; check the disk and try again`, {
        code: "failed",
        place,
      });
  }
}
