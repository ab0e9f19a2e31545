import { expect, test } from "vitest";
import { databaseProblemOf } from "./problem.ts";

test.each([
  [5, "busy"],
  [517, "busy"],
  [6, "busy"],
  [8, "not-writable"],
  [1032, "not-writable"],
  [14, "not-writable"],
  [11, "damaged"],
  [13, "disk-full"],
  [26, "not-a-database"],
  [10, "failed"],
])("code %d of SQLite is %s", (errcode, problem) => {
  expect(databaseProblemOf(Object.assign(new Error("oh"), { code: "ERR_SQLITE_ERROR", errcode }))).toBe(problem);
});

test("a closed database is told from mistakes of ours", () => {
  expect(databaseProblemOf(Object.assign(new Error("database is not open"), { code: "ERR_INVALID_STATE" }))).toBe(
    "closed",
  );
  expect(databaseProblemOf(new TypeError("a mistake of ours"))).toBeUndefined();
  expect(databaseProblemOf("odd")).toBeUndefined();
});
