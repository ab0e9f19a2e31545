import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodePng } from "#pixels";
import { openSample, type SampleOptions } from "../sample-studio.ts";
import { withGenerator } from "../studio-state.ts";

/** Fills in what is to be compared and runs it: two step counts, two seeds, unless told otherwise. */
async function openCompared(options: SampleOptions = {}, values = "2, 4") {
  const studio = await openSample({ ...options, screen: "compare" });
  await studio.type("red gem");
  await studio.press("down", "down", "down");
  await studio.type("2");
  await studio.press("down");
  await studio.type(values);
  await studio.press("enter");
  await studio.until(/0 of 2 voted/);
  return studio;
}

describe("the Compare screen", () => {
  it("says what is still to be written, and goes there", async () => {
    const studio = await openSample({ screen: "compare" });
    expect(await studio.press("enter")).toContain("Cannot compare yet: write prompts, such as red dragon; blue potion");
    await studio.type("red gem");
    expect(await studio.press("enter")).toContain("Cannot compare yet: write values of steps, such as 2, 4, 8");
    // The focus is there now.
    await studio.type("2, 4");
    await studio.press("enter");
    await studio.until("0 of 1 voted");
  });

  it("draws contenders as one group of jobs and shows them side by side with their facts", async () => {
    const studio = await openCompared();
    const shown = await studio.until(/█{8,}/);
    for (const text of ["steps 2", "steps 4", "2 steps", "1 color", "0.2", "red gem"]) expect(shown).toContain(text);
    const { jobs } = await studio.app.backend.client.list({});
    expect(jobs).toHaveLength(4);
    expect(new Set(jobs.map(({ group }) => group)).size).toBe(1);
  });

  it("takes votes, keeps them, and ranks with intervals", async () => {
    const studio = await openCompared();
    await studio.press("x");
    await studio.until("Voted: steps 4");
    await studio.press("n", "x");
    await studio.until("2 of 2 voted");
    await studio.press("w", "w");
    const ranking = await studio.until("Bradley-Terry");
    expect(ranking).toMatch(/1 steps 4 .* to .*[^]*2 steps 2/);
    const library = await studio.studio.library();
    expect(library.comparisons.votes().map(({ winner, isBlind }) => [winner, isBlind])).toEqual([
      [1, false],
      [1, false],
    ]);
    await studio.app.go("models");
    await studio.until("steps 4:");
  });

  it("in blind mode hides names and facts until the vote", async () => {
    const studio = await openCompared();
    await studio.press("b");
    const blind = await studio.until(/╭─ A ─[^]*╭─ B ─|╭─ A ─.*╭─ B ─/);
    expect(blind).not.toMatch(/steps 2|steps 4|\d steps/);
    await studio.press("z");
    const told = await studio.until("voted");
    expect(told).toMatch(/steps 2.*steps 4|steps 4.*steps 2/);
    const [vote] = (await studio.studio.library()).comparisons.votes();
    expect(vote?.isBlind).toBe(true);
  });

  it("lays two settings out as a grid, and exports it as a labelled picture", async () => {
    const studio = await openSample({ screen: "compare" });
    await studio.type("red gem");
    await studio.press("down", "down", "right", "down", "down");
    await studio.type("2, 4");
    await studio.press("down");
    await studio.type("1, 3");
    await studio.press("enter");
    const grid = await studio.until(/guidance 3[^]*█{3}/);
    for (const title of ["steps 2", "steps 4", "guidance 1"]) expect(grid).toContain(title);
    await studio.until("0 of 1 voted");
    await studio.press("E", "ctrl+u");
    const file = join(studio.folder, "sheet.png");
    await studio.type(file);
    await studio.press("enter");
    await studio.until("Written:");
    const sheet = decodePng(await readFile(file));
    expect(sheet.width).toBeGreaterThan(256);
  });

  it("lets contenders differ in model and in LoRAs", async () => {
    const studio = await openSample({ screen: "compare" });
    studio.state.draft = withGenerator(studio.state.draft, "other1");
    await studio.type("red gem");
    await studio.press("down", "space");
    await studio.type("model");
    await studio.press("enter", "down", "space");
    await studio.type("lora");
    await studio.press("enter", "down", "down");
    await studio.type("base, tuned");
    await studio.press("down");
    await studio.type("none, pixel:0.8 + glow");
    await studio.press("enter");
    const grid = await studio.until("0 of 1 voted");
    for (const title of ["base", "tuned", "no lora", "pixel:0.8"]) expect(grid).toContain(title);
    const { jobs } = await studio.app.backend.client.list({});
    const asked = jobs.map(({ order }) => [order?.request.model, order?.request.loras]);
    const both = [
      { name: "pixel", strength: 0.8 },
      { name: "glow", strength: 1 },
    ];
    for (const model of ["base", "tuned"]) for (const loras of [[], both]) expect(asked).toContainEqual([model, loras]);
    expect(asked).toHaveLength(4);
  });

  it("refuses what cannot be compared, in one sentence", async () => {
    const studio = await openSample({ screen: "compare" });
    await studio.type("red gem");
    await studio.press("down", "down", "down", "down");
    await studio.type("4");
    await studio.press("enter");
    expect(await studio.until("Cannot compare 1 contenders")).toContain("give 2 to 64");
  });

  it("opens earlier comparisons again", async () => {
    const studio = await openCompared();
    await studio.press("e", "escape", "o");
    await studio.until("Earlier comparisons");
    await studio.press("enter");
    expect(await studio.until("0 of 2 voted")).toContain("steps 2");
  });
});
