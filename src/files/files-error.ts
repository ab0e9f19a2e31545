export type FilesErrorCode =
  | "disk-full"
  | "not-writable"
  | "not-readable"
  | "not-a-folder"
  | "is-a-folder"
  | "not-a-file"
  | "name-too-long"
  | "missing"
  | "exists"
  | "not-a-picture"
  | "truncated"
  | "damaged"
  | "too-deep"
  | "animated"
  | "too-large"
  | "failed";

/** What the disk or a file on it refused. `path` is the file or folder that was asked for. */
export class FilesError extends Error {
  override readonly name = "FilesError";
  readonly code: FilesErrorCode;
  readonly path: string;

  constructor(code: FilesErrorCode, path: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
  }
}

type Verb = "write" | "read" | "make" | "list" | "delete";

/** The system's refusal as one sentence with a remedy. A FilesError and an abort pass through as they are. */
export function filesErrorFrom(cause: unknown, verb: Verb, path: string): unknown {
  if (cause instanceof FilesError || isAbort(cause)) return cause;
  const { code, reason, remedy } = explain(systemCodeOf(cause), verb, cause);
  return new FilesError(code, path, `Cannot ${verb} ${path}: ${reason}; ${remedy}`, cause);
}

/** The system's name of an error, such as ENOENT; undefined when it has none. */
export function systemCodeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

function isAbort(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "AbortError";
}

type Explanation = { readonly code: FilesErrorCode; readonly reason: string; readonly remedy: string };

function explain(systemCode: string | undefined, verb: Verb, cause: unknown): Explanation {
  switch (systemCode) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return { code: "disk-full", reason: "the disk is full", remedy: "free some space or choose another folder" };
    case "EROFS":
      return { code: "not-writable", reason: "the disk is read-only", remedy: "choose a folder that can be written" };
    case "EACCES":
    case "EPERM":
      if (verb === "read" || verb === "list")
        return { code: "not-readable", reason: "permission is denied", remedy: "allow this user to read it" };
      return {
        code: "not-writable",
        reason: "permission is denied",
        remedy: "choose a folder that this user can write",
      };
    case "ENOTDIR":
    case "EEXIST":
      return {
        code: "not-a-folder",
        reason: "a part of this path is a file, not a folder",
        remedy: "choose another path",
      };
    case "EISDIR":
      return { code: "is-a-folder", reason: "it is a folder", remedy: "name a file" };
    case "ENAMETOOLONG":
      return { code: "name-too-long", reason: "the name is too long for this disk", remedy: "choose a shorter one" };
    case "ENOENT":
      if (verb === "write")
        return { code: "missing", reason: "its folder does not exist", remedy: "create the folder first" };
      return { code: "missing", reason: "it does not exist", remedy: "check the path" };
    default:
      return {
        code: "failed",
        reason: `the system answered ${cause instanceof Error ? cause.message : String(cause)}`,
        remedy: "check the disk and try again",
      };
  }
}
