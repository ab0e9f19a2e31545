import { expect, it } from "vitest";
import type { Choices } from "../backend.ts";
import { openSample } from "../sample-studio.ts";
import { withGenerator } from "../studio-state.ts";

it("shows what can draw with all that it tells, and draws with it", async () => {
  const studio = await openSample({ screen: "models", sprites: ["gem"] });
  const shown = await studio.until("discs 1.0.0");
  for (const text of [
    "d".repeat(30),
    "16, 32 px",
    "flat, round",
    "4 steps, guidance 3",
    "1 sprite in the library",
    "1 picture; 0 of 1 slot at work",
    "no votes yet",
  ])
    expect(shown).toContain(text);
  await studio.press("down", "enter");
  await studio.until("Leave out");
  expect(studio.app.state.draft.generator).toBe("other1");
});

it("shows what a server has, and that it is not known where nobody tells", async () => {
  const studio = await openSample({ screen: "models" });
  const embedded = await studio.until("here, embedded");
  for (const text of ["36.0 MB", "MIT", "base.safetensors", "on http://gpu:8188"]) expect(embedded).toContain(text);
  await studio.press("down", "down");
  const checkpoint = await studio.until("6.94 GB");
  for (const text of [/Drawn for +SDXL/, /Licence +CreativeML/, /Hash +not known/]) expect(checkpoint).toMatch(text);
  await studio.press("down");
  const lora = await studio.until("soft glow");
  for (const text of [/On disk +not known/, /Licence +not known/, /Trigger words +soft glow/])
    expect(lora).toMatch(text);
  await studio.press("down");
  expect(await studio.frame()).toMatch(/Trigger words +not known/);
});

it("takes a checkpoint and LoRAs of a server to draw with", async () => {
  const studio = await openSample({ screen: "models" });
  await studio.until("pixel.safetensors");
  await studio.press("down", "down", "enter");
  await studio.until("Leave out");
  expect(studio.state.draft).toMatchObject({ generator: "other1", model: "base.safetensors" });
  for (const key of ["down", "down"]) {
    await studio.app.go("models");
    await studio.press(key, "enter");
  }
  expect(studio.state.draft).toMatchObject({
    model: "base.safetensors",
    lora: ["glow.safetensors:1", "pixel.safetensors:1"],
  });
});

it("shows how a server's model did in comparisons", async () => {
  const studio = await openSample({ screen: "compare" });
  studio.state.draft = withGenerator(studio.state.draft, "other1");
  await studio.type("red gem");
  await studio.press("down", "space");
  await studio.type("model");
  await studio.press("enter", "down", "down", "down");
  await studio.type("base, other");
  await studio.press("enter");
  await studio.until("0 of 1 voted");
  await studio.press("z");
  await studio.until("Voted: base");
  await studio.app.go("models");
  await studio.until("base.safetensors");
  await studio.press("down", "down");
  const shown = await studio.until(/base: \d+ points \(-?\d+ to \d+\), 1 of 1/);
  expect(shown).not.toContain("other: ");
});

it("waits for no server, and tells which does not answer", async () => {
  const listing = Promise.withResolvers<Awaited<ReturnType<Choices["models"]>>>();
  const studio = await openSample({ screen: "models", models: () => listing.promise });
  expect(await studio.until("Asking the servers")).toMatch(/On disk +asking/);
  listing.resolve({ models: [], problems: ["Cannot reach ComfyUI at http://gpu:8188: start it"] });
  expect(await studio.until("Cannot reach ComfyUI")).toMatch(/On disk +not known/);
});

it("shows a training run with the curve of its loss", async () => {
  const points = Array.from({ length: 200 }, (_, index) => ({
    step: (index + 1) * 10,
    seconds: index * 4,
    loss: 0.1 + 0.4 * 0.98 ** index + (index === 0 ? 9 : 0),
  }));
  const run = { name: "first", folder: "/runs/first", changed: new Date("2026-03-01T12:34:56Z"), points };
  const studio = await openSample({ screen: "models", trainingRuns: [run] });
  await studio.until("pixel.safetensors");
  await studio.press("end");
  const shown = await studio.until("/runs/first");
  for (const text of [/Steps +2,000/, /Time +13 minutes/, /Last loss +0\.1072, noted 2026-03-01 12:34 UTC/, "training"])
    expect(shown).toMatch(text);
  // It falls from the left to the right.
  const rows = shown.split("\n").filter((row) => /[▁-█]/.test(row));
  const heights = (side: "left" | "right") =>
    rows.filter((row) => /[▁-█]/.test(side === "left" ? row.slice(46, 50) : row.slice(-6))).length;
  expect(heights("left")).toBeGreaterThan(2 * heights("right"));
  await studio.press("enter");
  expect(await studio.until("Cannot draw with a training run")).toContain("first");
});
