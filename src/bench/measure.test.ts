import { expect, test } from "vitest";
import { BenchError } from "./bench-error.ts";
import { measure } from "./measure.ts";

/** A clock that moves only when told to. */
function handClock() {
  let now = 0;
  return { nowMs: () => now, pass: (milliseconds: number) => (now += milliseconds) };
}

test("warm-ups are run and not counted; samples are seconds", async () => {
  const { nowMs, pass } = handClock();
  const takesMs = [9000, 9000, 100, 300, 200];
  let runs = 0;
  const measurement = await measure("draw", async () => pass(takesMs[runs++]), { warmups: 2, repetitions: 3, nowMs });
  expect(measurement).toEqual({
    name: "draw",
    median: 0.2,
    min: 0.1,
    max: 0.3,
    p95: 0.3,
    samples: [0.1, 0.3, 0.2],
  });
});

test("one warm-up and five repetitions by default, by the real clock", async () => {
  let runs = 0;
  const { samples, min } = await measure("count", () => runs++);
  expect(runs).toBe(6);
  expect(samples).toHaveLength(5);
  expect(min).toBeGreaterThanOrEqual(0);
});

test("runs do not overlap", async () => {
  let running = 0;
  let most = 0;
  await measure("alone", async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
  });
  expect(most).toBe(1);
});

test.each([1, 3])("a signal in run %i ends it before the next", async (last) => {
  const controller = new AbortController();
  let runs = 0;
  const run = () => {
    if (++runs === last) controller.abort(new Error("enough"));
  };
  await expect(measure("draw", run, { warmups: 2, signal: controller.signal })).rejects.toThrow("enough");
  expect(runs).toBe(last);
});

test("an error of the function is passed on", async () => {
  await expect(measure("draw", () => Promise.reject(new Error("no model")))).rejects.toThrow("no model");
});

test.each([[{ repetitions: 0 }], [{ repetitions: 1.5 }], [{ warmups: -1 }], [{ warmups: Number.NaN }]])(
  "%o cannot be used",
  async (options) => {
    const error = await measure("draw", () => {}, options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BenchError);
    expect(error).toMatchObject({
      code: "bad-repetitions",
      message: expect.stringMatching(/^Cannot measure draw with/),
    });
  },
);
