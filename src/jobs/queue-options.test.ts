import { expect, test } from "vitest";
import { exponentialBackoffMs } from "./queue-options.ts";

test("each failed try waits twice as long as the one before, up to five minutes", () => {
  expect([1, 2, 3, 4, 9, 10, 99].map(exponentialBackoffMs)).toEqual([
    1000, 2000, 4000, 8000, 256_000, 300_000, 300_000,
  ]);
});
