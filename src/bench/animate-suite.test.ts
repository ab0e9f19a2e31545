import { describe, expect, it } from "vitest";
import { animateSuite } from "./animate-suite.ts";
import { runSuite } from "./suite.ts";

describe("the suite animate", () => {
  it("passes sound animations and finds every kind of damage", async () => {
    const { signal } = new AbortController();
    const report = await runSuite(animateSuite({ everySprite: 24, repetitions: 1 }), { signal });
    expect(report.passPct).toBeGreaterThan(95);
    expect(report).toMatchObject({ strayColorCaughtPct: 100, jumpCaughtPct: 100, unequalSizeCaughtPct: 100 });
    expect(report.openLoopCaughtPct).toBeGreaterThan(80);
    expect(report.walkMilliseconds).toBeGreaterThan(0);
  });
});
