import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { conflate } from "./conflate.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("passes the first at once, then the latest whenever it is due", () => {
  const passed: string[] = [];
  const { push, close } = conflate<string>(50, (value) => passed.push(value));
  push("a", "a1");
  push("a", "a2");
  push("b", "b1");
  push("a", "a3");
  expect(passed).toEqual(["a1", "b1"]);
  vi.advanceTimersByTime(50);
  expect(passed).toEqual(["a1", "b1", "a3"]);
  push("a", "a4");
  vi.advanceTimersByTime(49);
  expect(passed).toHaveLength(3);
  vi.advanceTimersByTime(1);
  expect(passed.at(-1)).toBe("a4");
  vi.advanceTimersByTime(500);
  push("a", "a5");
  expect(passed.at(-1)).toBe("a5");
  expect(passed).toHaveLength(5);
  close();
  expect(vi.getTimerCount()).toBe(0);
});

it("passes nothing of what has ended", () => {
  const passed: string[] = [];
  const { push, drop } = conflate<string>(50, (value) => passed.push(value));
  push("a", "a1");
  push("a", "a2");
  drop("a");
  drop("never heard of");
  vi.advanceTimersByTime(500);
  expect(passed).toEqual(["a1"]);
  expect(vi.getTimerCount()).toBe(0);
});
