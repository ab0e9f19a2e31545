import { FilesError } from "#files";
import { LibraryError } from "./library-error.ts";

type DatabaseFile = { readonly file: string; readonly busyTimeoutMs: number };

/** https://www.sqlite.org/rescode.html; the low byte is the primary code. */
const sqlite = { busy: 5, locked: 6, readOnly: 8, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

/** SQLite's error as one sentence with a remedy; `doing` completes "Cannot". Other errors pass as they are. */
export function libraryErrorFrom(cause: unknown, doing: string, { file, busyTimeoutMs }: DatabaseFile): unknown {
  if (cause instanceof LibraryError || cause instanceof FilesError || !(cause instanceof Error)) return cause;
  if ("code" in cause && cause.code === "ERR_INVALID_STATE")
    return new LibraryError(`Cannot ${doing}: ${file} has been closed; open the library again`, {
      code: "closed",
      file,
    });
  const code = primaryCodeOf(cause);
  if (code === undefined) return cause;
  const options = { cause };
  switch (code) {
    case sqlite.busy:
    case sqlite.locked:
      return new LibraryError(
        `Cannot ${doing}: another process has been writing to ${file} for ${busyTimeoutMs / 1000} s; try again later`,
        { code: "busy", file, waitedMs: busyTimeoutMs },
        options,
      );
    case sqlite.readOnly:
    case sqlite.cannotOpen:
      return new LibraryError(
        `Cannot ${doing}: ${file} cannot be written; choose a folder that this user can write`,
        { code: "not-writable", file },
        options,
      );
    case sqlite.full:
      return new LibraryError(
        `Cannot ${doing}: the disk of ${file} is full; free some space`,
        { code: "disk-full", file },
        options,
      );
    case sqlite.notADatabase:
      return new LibraryError(
        `Cannot ${doing}: ${file} is not a library; choose another folder, or rebuild the library if it was one`,
        { code: "not-a-library", file },
        options,
      );
    case sqlite.corrupt:
      return new LibraryError(
        `Cannot ${doing}: ${file} is damaged; rebuild the library from its pictures, which hold their recipes`,
        { code: "damaged", file },
        options,
      );
    default:
      return new LibraryError(
        `Cannot ${doing}: the database ${file} answered "${cause.message}"; check the disk and try again`,
        { code: "failed", file },
        options,
      );
  }
}

/** Whether waiting and trying again can help. */
export function isBusy(cause: unknown): boolean {
  const code = primaryCodeOf(cause);
  return code === sqlite.busy || code === sqlite.locked;
}

function primaryCodeOf(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !("errcode" in cause) || typeof cause.errcode !== "number") return undefined;
  return cause.errcode & 0xff;
}
