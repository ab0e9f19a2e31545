import { expect, test } from "vitest";
import { measureRatio } from "./measure-ratio.ts";

test("the two take turns, each pair begins with the other, and warm-ups do not count", async () => {
  let now = 0;
  const order: string[] = [];
  const takes = (name: string, milliseconds: () => number) => ({
    name,
    run: async () => {
      order.push(name);
      now += milliseconds();
    },
  });
  let slowdown = 0;
  const slow = takes("slow", () => 600 * ++slowdown);
  const fast = takes("fast", () => 200 * Math.max(1, slowdown));
  const result = await measureRatio(slow, fast, { warmups: 1, repetitions: 3, nowMs: () => now });
  expect(order).toEqual(["slow", "fast", "fast", "slow", "slow", "fast", "fast", "slow"]);
  expect(result.first).toMatchObject({ name: "slow", samples: [1.2, 1.8, 2.4], median: 1.8 });
  expect(result.second).toMatchObject({ name: "fast", samples: [0.2, 0.6, 0.6] });
  // Pair by pair: 1.2 / 0.2, 1.8 / 0.6, 2.4 / 0.6.
  expect(result.ratio).toBeCloseTo(4);
});

test("a signal ends it", async () => {
  const controller = new AbortController();
  const first = { name: "first", run: () => controller.abort(new Error("enough")) };
  const second = { name: "second", run: () => expect.unreachable() };
  await expect(measureRatio(first, second, { signal: controller.signal })).rejects.toThrow("enough");
});

test("repetitions that cannot be used name both", async () => {
  const nothing = { name: "nothing", run: () => {} };
  await expect(measureRatio(nothing, nothing, { repetitions: 0 })).rejects.toMatchObject({
    code: "bad-repetitions",
    message: expect.stringContaining("nothing and nothing"),
  });
});
