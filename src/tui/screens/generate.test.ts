import { describe, expect, it } from "vitest";
import { openSample } from "../sample-studio.ts";

describe("the Generate screen", () => {
  it("draws what is typed, shows the picture, and takes the prompt into the history", async () => {
    const studio = await openSample();
    await studio.type("red dragon");
    await studio.press("enter");
    const shown = await studio.until("seed 1  32 x 32 px");
    expect(shown).toContain("red dragon");
    // A disc of the sample generator's colour for seed 1, two pixels a cell.
    await studio.until(/█{8,}/);
    expect(studio.state.history).toEqual(["red dragon"]);
    const library = await studio.studio.library();
    expect(library.list().entries.map(({ prompt, seed }) => [prompt, seed])).toEqual([["red dragon", 1]]);
  });

  it("shows the picture as it becomes, with its step, and can be stopped", async () => {
    const studio = await openSample();
    studio.painter.hold();
    await studio.type("red dragon");
    await studio.press("enter");
    await studio.until("Drawing");
    studio.painter.release();
    await studio.until("seed 1  32 x 32 px");
    studio.painter.hold();
    await studio.press("enter");
    await studio.until("Drawing");
    await studio.press("ctrl+x");
    studio.painter.release();
    await studio.until("Result");
    expect((await studio.studio.library()).count()).toBe(1);
  });

  it("completes words of the model's vocabulary", async () => {
    const studio = await openSample();
    await studio.type("blue dr");
    const offered = await studio.until("dragonfly");
    for (const word of ["dragon", "drake", "dragonfly"]) expect(offered).toContain(word);
    await studio.press("down", "tab");
    expect(studio.app.state.draft.prompt).toBe("blue drake ");
  });

  it("walks through older prompts and back to what was being written", async () => {
    const studio = await openSample();
    for (const prompt of ["one", "two"]) {
      await studio.type(prompt);
      await studio.press("enter");
      await studio.press("ctrl+u");
    }
    await studio.type("new");
    await studio.press("up");
    expect(studio.app.state.draft.prompt).toBe("two");
    await studio.press("ctrl+up");
    expect(studio.app.state.draft.prompt).toBe("one");
    await studio.press("ctrl+down", "ctrl+down");
    expect(studio.app.state.draft.prompt).toBe("new");
  });

  it("shows what each setting can be, and refuses what it cannot, in one sentence", async () => {
    const studio = await openSample();
    const shown = await studio.until("1 to 100");
    for (const range of ["0 to 20", "0 to 4294967295", "1 to 1000", "1 to 256", "16, 32", "2 styles"])
      expect(shown).toContain(range);
    await studio.type("gem");
    await studio.press("down", "down");
    for (let row = 0; row < 3; row++) await studio.press("down");
    await studio.type("999");
    await studio.press("ctrl+r");
    expect(await studio.frame()).toContain("Cannot use steps 999: give a whole number from 1 to 100");
    expect((await studio.studio.library()).count()).toBe(0);
  });

  it("uses settings and shows the palette's colours", async () => {
    const studio = await openSample();
    await studio.type("gem");
    await studio.press("down", "down", "down", "down", "left");
    expect(studio.app.state.draft.size).toBe(16);
    await studio.press("down", "down", "down");
    await studio.type("77");
    await studio.press("down", "down", "down", "space");
    await studio.until("type to search");
    await studio.type("pico");
    await studio.press("enter");
    expect(studio.app.state.draft.palette).toBe("pico-8");
    const spans = studio.setup
      .captureSpans()
      .lines.flatMap(({ spans }) => spans.map(({ bg }) => bg.toInts().slice(0, 3).join()));
    expect(spans).toContain("255,0,77");
    await studio.press("ctrl+r");
    await studio.until("seed 77  16 x 16 px");
    const [entry] = (await studio.studio.library()).list().entries;
    expect([entry?.seed, entry?.width]).toEqual([77, 16]);
  });

  it("offers workflow, model and LoRAs of a generator that has several, and draws with them", async () => {
    const studio = await openSample();
    expect(await studio.until("1 to 100")).not.toMatch(/Workflow|LoRAs/);
    await studio.type("gem");
    await studio.press("down", "down", "right");
    expect(await studio.until("LoRAs")).toContain("Workflow");
    await studio.press("down", "space");
    expect(await studio.until("sdxl-sprite")).toContain("broken");
    await studio.press("down", "enter", "down", "space");
    await studio.until("base.safetensors");
    await studio.type("base");
    await studio.press("enter", "down", "space");
    await studio.until("pixel.safetensors");
    await studio.press("down", "enter", "left", "left", "down", "enter");
    expect(await studio.until("0.80")).toContain("1.00");
    await studio.press("escape");
    expect(await studio.frame()).toMatch(/LoRAs.*2: glow\.safetensors/);
    const lora = ["glow.safetensors:0.8", "pixel.safetensors:1"];
    expect(studio.app.state.draft).toMatchObject({ workflow: "sdxl-sprite", model: "base.safetensors", lora });
    await studio.press("ctrl+r");
    await studio.until("seed 1  32 x 32 px");
    const [job] = (await studio.app.backend.client.list({})).jobs;
    expect(job?.order?.request).toMatchObject({
      workflow: "sdxl-sprite",
      model: "base.safetensors",
      loras: [
        { name: "glow.safetensors", strength: 0.8 },
        { name: "pixel.safetensors", strength: 1 },
      ],
    });
    // Another generator knows nothing of them.
    await studio.press("up", "up", "up", "left");
    expect(studio.app.state.draft).toMatchObject({ generator: "sprite", prompt: "gem" });
    expect(studio.app.state.draft.model ?? studio.app.state.draft.lora).toBeUndefined();
  });

  it("says that no server answers, in the picker alone", async () => {
    const away = "Cannot reach ComfyUI at http://gpu:8188: start it";
    const studio = await openSample({ models: async () => ({ models: [], problems: [away] }) });
    await studio.type("gem");
    await studio.press("down", "down", "right", "down", "down", "space");
    const shown = await studio.until("No server answers.");
    for (const part of ["No server answers. Cannot reach ComfyUI at", "http://gpu:8188: start it"])
      expect(shown).toContain(part);
    await studio.press("enter", "down", "enter");
    await studio.until("as the workflow has them");
    await studio.until("No server answers.");
    await studio.press("escape", "ctrl+r");
    await studio.until("seed 1  32 x 32 px");
  });

  it("locks the seed of what is shown, and lets it go", async () => {
    const studio = await openSample({ sprites: ["a", "b", "c"] });
    await studio.until("seed 3");
    await studio.press("escape", "l");
    expect(studio.app.state.draft.seed).toBe(3);
    await studio.press("l");
    expect(studio.app.state.draft.seed).toBeUndefined();
  });

  it("tells failures and notes as they are", async () => {
    const studio = await openSample();
    await studio.type("impossible");
    await studio.press("enter");
    await studio.until("Cannot draw the impossible: ask for something else");
    await studio.press("ctrl+u");
    await studio.type("zzyzx gem");
    await studio.press("enter");
    expect(await studio.until("unknown: zzyzx")).toContain("Result");
  });

  it("keeps every typed character for the next start", async () => {
    const first = await openSample();
    await first.type("half a pro");
    await first.close();
    const second = await openSample({ folder: first.folder });
    expect(await second.until("half a pro")).toContain("half a pro");
  });

  it("rates the shown result and walks through the recent ones", async () => {
    const studio = await openSample({ sprites: ["a", "b"] });
    await studio.until("seed 2");
    await studio.press("escape", "+", "+");
    await studio.until("★★");
    await studio.press("[");
    await studio.until("seed 1  ");
    expect((await studio.studio.library()).list({ minRating: 2 }).entries.map(({ prompt }) => prompt)).toEqual(["b"]);
  });

  it("fits 80 x 24", async () => {
    const studio = await openSample({ width: 80, height: 24, sprites: ["red gem"] });
    const shown = await studio.until("seed 1");
    for (const text of ["Prompt", "Leave out", "Settings", "Tile", "Recent", "Result"]) expect(shown).toContain(text);
  });
});
