import { expect, test } from "vitest";
import { FilesError, type FilesErrorCode, filesErrorFrom, systemCodeOf } from "./files-error.ts";

test.each<[string, Parameters<typeof filesErrorFrom>[1], FilesErrorCode, string]>([
  ["ENOSPC", "write", "disk-full", "Cannot write /a/b: the disk is full; free some space or choose another folder"],
  ["EROFS", "write", "not-writable", "Cannot write /a/b: the disk is read-only; choose a folder that can be written"],
  [
    "EACCES",
    "make",
    "not-writable",
    "Cannot make /a/b: permission is denied; choose a folder that this user can write",
  ],
  ["EACCES", "read", "not-readable", "Cannot read /a/b: permission is denied; allow this user to read it"],
  ["EPERM", "list", "not-readable", "Cannot list /a/b: permission is denied; allow this user to read it"],
  [
    "ENOTDIR",
    "write",
    "not-a-folder",
    "Cannot write /a/b: a part of this path is a file, not a folder; choose another path",
  ],
  ["EISDIR", "write", "is-a-folder", "Cannot write /a/b: it is a folder; name a file"],
  [
    "ENAMETOOLONG",
    "write",
    "name-too-long",
    "Cannot write /a/b: the name is too long for this disk; choose a shorter one",
  ],
  ["ENOENT", "write", "missing", "Cannot write /a/b: its folder does not exist; create the folder first"],
  ["ENOENT", "read", "missing", "Cannot read /a/b: it does not exist; check the path"],
  ["EIO", "read", "failed", "Cannot read /a/b: the system answered EIO: oh; check the disk and try again"],
])("%s on %s is told as %s", (systemCode, verb, code, message) => {
  const cause = Object.assign(new Error(`${systemCode}: oh`), { code: systemCode });
  const error = filesErrorFrom(cause, verb, "/a/b");
  expect(error).toBeInstanceOf(FilesError);
  expect(error).toMatchObject({ code, message, path: "/a/b", cause });
});

test("an error that is told already, and an abort, pass as they are", () => {
  const told = new FilesError("exists", "/a", "Cannot");
  const abort = new DOMException("stop", "AbortError");
  expect(filesErrorFrom(told, "write", "/b")).toBe(told);
  expect(filesErrorFrom(abort, "write", "/b")).toBe(abort);
});

test("what is no error of the system has no system code", () => {
  expect(systemCodeOf("ENOENT")).toBeUndefined();
  expect(systemCodeOf(new Error("ENOENT"))).toBeUndefined();
  expect(systemCodeOf(Object.assign(new Error("a"), { code: 5 }))).toBeUndefined();
  expect(filesErrorFrom("odd", "write", "/a")).toMatchObject({ code: "failed" });
});
