import { describe, expect, it } from "vitest";
import { openSample } from "../sample-studio.ts";

/** Three jobs, of which the first is being drawn and held there. */
async function openBusy() {
  const studio = await openSample();
  studio.painter.hold();
  for (const prompt of ["alpha", "beta", "gamma"]) {
    await studio.type(prompt);
    await studio.press("enter", "ctrl+u");
  }
  await studio.press("escape", "2");
  return studio;
}

const order = (frame: string) => frame.match(/alpha|beta|gamma/g)?.slice(0, 3);

describe("the Queue screen", () => {
  it("shows what is being done and what waits", async () => {
    const studio = await openBusy();
    const shown = await studio.until("1 running  2 queued");
    expect(order(shown)).toEqual(["alpha", "beta", "gamma"]);
    studio.painter.release();
    await studio.until("3 done");
    expect(await studio.frame()).toContain("3 sprites in the last minute");
  });

  it("moves jobs and changes priorities, keeping the selected job selected", async () => {
    const studio = await openBusy();
    await studio.until("2 queued");
    await studio.press("down", "down", "K");
    expect(order(await studio.until(/gamma[^]*beta/))).toEqual(["alpha", "gamma", "beta"]);
    await studio.press("down", "+");
    expect(order(await studio.until(/beta[^]*gamma/))).toEqual(["alpha", "beta", "gamma"]);
    expect(await studio.frame()).toContain("priority 1");
  });

  it("cancels, runs again, holds and forgets", async () => {
    const studio = await openBusy();
    await studio.until("2 queued");
    await studio.press("down", "x");
    await studio.until("1 cancelled");
    await studio.press("r");
    await studio.until("2 queued");
    await studio.press("p");
    await studio.until("1 paused");
    await studio.press("p");
    await studio.until("2 queued");
    await studio.press("P");
    await studio.until("HELD");
    studio.painter.release();
    await studio.until("1 done");
    expect(await studio.frame()).toContain("2 queued");
    await studio.press("P");
    await studio.until("3 done");
    await studio.press("d");
    await studio.until("2 done");
    await studio.press("C", "enter");
    await studio.until("The queue is empty.");
    expect((await studio.studio.library()).count()).toBe(3);
  });

  it("tells why a job failed", async () => {
    const studio = await openSample();
    await studio.type("impossible");
    await studio.press("enter", "escape", "2");
    const shown = await studio.until("1 failed");
    expect(shown).toContain("Cannot draw the impossible: ask for something else");
    await studio.press("f", "f", "f");
    expect(await studio.until("show: failed")).toContain("impossible");
  });
});
