import { DatabaseError, databaseProblemOf } from "#database";
import { FilesError } from "#files";
import { LibraryError } from "./library-error.ts";

type DatabaseFile = { readonly file: string; readonly busyTimeoutMs: number };

/** SQLite's error as one sentence with a remedy; `doing` completes "Cannot". Other errors pass as they are. */
export function libraryErrorFrom(cause: unknown, doing: string, { file, busyTimeoutMs }: DatabaseFile): unknown {
  if (cause instanceof DatabaseError) return refusalFrom(cause, doing);
  if (cause instanceof LibraryError || cause instanceof FilesError || !(cause instanceof Error)) return cause;
  const options = { cause };
  switch (databaseProblemOf(cause)) {
    case undefined:
      return cause;
    case "closed":
      return new LibraryError(`Cannot ${doing}: ${file} has been closed; open the library again`, {
        code: "closed",
        file,
      });
    case "busy":
      return new LibraryError(
        `Cannot ${doing}: another process has been writing to ${file} for ${busyTimeoutMs / 1000} s; try again later`,
        { code: "busy", file, waitedMs: busyTimeoutMs },
        options,
      );
    case "not-writable":
      return new LibraryError(
        `Cannot ${doing}: ${file} cannot be written; choose a folder that this user can write`,
        { code: "not-writable", file },
        options,
      );
    case "disk-full":
      return new LibraryError(
        `Cannot ${doing}: the disk of ${file} is full; free some space`,
        { code: "disk-full", file },
        options,
      );
    case "not-a-database":
      return new LibraryError(
        `Cannot ${doing}: ${file} is not a library; choose another folder, or rebuild the library if it was one`,
        { code: "not-a-library", file },
        options,
      );
    case "damaged":
      return new LibraryError(
        `Cannot ${doing}: ${file} is damaged; rebuild the library from its pictures, which hold their recipes`,
        { code: "damaged", file },
        options,
      );
    case "failed":
      return new LibraryError(
        `Cannot ${doing}: the database ${file} answered "${cause.message}"; check the disk and try again`,
        { code: "failed", file },
        options,
      );
  }
}

function refusalFrom({ details }: DatabaseError, doing: string): LibraryError {
  const { file } = details;
  if (details.code === "foreign")
    return new LibraryError(`Cannot ${doing}: ${file} belongs to another program; choose another folder`, {
      code: "not-a-library",
      file,
    });
  return new LibraryError(
    `Cannot ${doing}: ${file} has version ${details.version}, and this program knows up to ${details.supported}; ` +
      "update dgx-pixels or choose another folder",
    details,
  );
}
