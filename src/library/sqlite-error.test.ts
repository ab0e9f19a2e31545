import { expect, test } from "vitest";
import { FilesError } from "#files";
import { LibraryError } from "./library-error.ts";
import { libraryErrorFrom } from "./sqlite-error.ts";

const place = { file: "/l/library.db", busyTimeoutMs: 5000 };

test.each([
  [5, "busy", "another process has been writing to /l/library.db for 5 s; try again later"],
  [517, "busy", "another process has been writing to /l/library.db for 5 s; try again later"],
  [8, "not-writable", "/l/library.db cannot be written; choose a folder that this user can write"],
  [13, "disk-full", "the disk of /l/library.db is full; free some space"],
  [10, "failed", 'the database /l/library.db answered "oh"; check the disk and try again'],
])("code %d of SQLite is %s", (errcode, code, rest) => {
  const cause = Object.assign(new Error("oh"), { code: "ERR_SQLITE_ERROR", errcode });
  const error = libraryErrorFrom(cause, "add to the library", place);
  expect(error).toBeInstanceOf(LibraryError);
  expect(error).toMatchObject({ code, message: `Cannot add to the library: ${rest}`, cause });
});

test.each([
  new LibraryError("Cannot", { code: "closed", file: "/l" }),
  new FilesError("missing", "/l", "Cannot"),
  new TypeError("a mistake of ours"),
  "odd",
])("%s passes as it is", (cause) => {
  expect(libraryErrorFrom(cause, "add", place)).toBe(cause);
});
