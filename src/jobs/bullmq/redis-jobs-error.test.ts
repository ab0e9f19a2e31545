import { expect, test } from "vitest";
import { JobsError } from "../jobs-error.ts";
import { isUnreachable, redisJobsErrorFrom } from "./redis-jobs-error.ts";

const replied = (message: string) => Object.assign(new Error(message), { name: "ReplyError" });
const aborted = Object.assign(new Error("EXECABORT Transaction discarded because of previous errors."), {
  name: "ReplyError",
  previousErrors: [new Error("OOM command not allowed when used memory > 'maxmemory'.")],
});
const refused = Object.assign(new Error("connect ECONNREFUSED 10.0.0.7:6379"), { code: "ECONNREFUSED" });

test.each([
  [
    aborted,
    "disk-full",
    "the memory of the Redis server at box:6379 is full; raise its maxmemory or remove ended jobs",
  ],
  [
    replied("MISCONF Errors writing to the AOF file"),
    "not-writable",
    "the Redis server at box:6379 takes no changes (MISCONF Errors writing to the AOF file); look at its log",
  ],
  [
    replied("READONLY You can't write against a read only replica."),
    "not-writable",
    "the Redis server at box:6379 takes no changes (READONLY You can't write against a read only replica.); look at its log",
  ],
  [
    replied("WRONGPASS invalid username-password pair or user is disabled."),
    "not-allowed",
    "the Redis server at box:6379 refuses this user; put the name and the password into its address",
  ],
  [refused, "unreachable", "the Redis server at box:6379 does not answer; start it, or correct the address"],
  [replied("ERR unknown"), "failed", 'the Redis server at box:6379 answered "ERR unknown"; look at its log'],
])("%s is told as %s", (cause, code, rest) => {
  const error = redisJobsErrorFrom(cause, "claim a job", "box:6379");
  expect(error).toBeInstanceOf(JobsError);
  expect(error).toMatchObject({ code, message: `Cannot claim a job: ${rest}`, cause });
  expect(isUnreachable(cause)).toBe(code === "unreachable");
});

test.each([new JobsError("Cannot", { code: "closed", place: "box" }), new TypeError("a mistake of ours"), "odd"])(
  "%s passes as it is",
  (cause) => {
    expect(redisJobsErrorFrom(cause, "claim a job", "box:6379")).toBe(cause);
    expect(isUnreachable(cause)).toBe(false);
  },
);
