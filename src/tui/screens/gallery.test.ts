import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeSprite } from "#asset";
import { scaleInteger } from "#pixels";
import { openSample, type SampleOptions } from "../sample-studio.ts";

const open = (options: SampleOptions = {}) =>
  openSample({ sprites: ["red dragon", "blue potion", "green gem"], ...options, screen: "gallery" });

describe("the Gallery screen", () => {
  it("shows what was made with its picture, the newest first", async () => {
    const studio = await open();
    const shown = await studio.until(/█{8,}/);
    expect(shown).toContain("3 sprites, newest");
    expect(shown).toMatch(/green gem +blue potion +red dragon/);
  });

  it("tells how to begin while nothing was made", async () => {
    const studio = await openSample({ screen: "gallery" });
    expect(await studio.until("Nothing was made yet")).toContain("0 sprites");
  });

  it("searches as one types, and shows everything again", async () => {
    const studio = await open();
    await studio.press("/");
    expect(await studio.type("drag")).toContain("1 sprite");
    expect(await studio.type("zzz")).toContain("Nothing fits");
    await studio.press("escape");
    expect(await studio.press("c")).toContain("3 sprites");
  });

  it("filters and sorts", async () => {
    const studio = await open();
    await studio.press("end", "+", "+", "+");
    await studio.press("f");
    await studio.type("rated 3");
    expect(await studio.press("enter")).toContain("1 sprite, newest; rated 3+");
    await studio.press("c", "s", "s");
    const shown = await studio.until("3 sprites, rating");
    expect(shown).toMatch(/red dragon.* ★★★/);
  });

  it("tags, and finds by tag", async () => {
    const studio = await open();
    await studio.press("t");
    await studio.type("hero, boss");
    await studio.press("enter");
    await studio.press("/");
    expect(await studio.type("boss")).toContain("1 sprite");
    await studio.press("escape", "c", "t");
    await studio.press("ctrl+u");
    await studio.press("enter");
    expect((await studio.studio.library()).tags()).toEqual([]);
  });

  it("deletes, and brings back what was deleted with rating and tags", async () => {
    const studio = await open();
    const library = await studio.studio.library();
    const [entry] = library.list().entries;
    library.rate([entry?.id ?? ""], 4);
    library.tag([entry?.id ?? ""], ["hero"]);
    await studio.press("d");
    await studio.until("2 sprites");
    expect(existsSync(entry?.file ?? "")).toBe(false);
    await studio.press("u");
    await studio.until("3 sprites");
    expect(library.get(entry?.id ?? "")).toMatchObject({ rating: 4, tags: ["hero"], prompt: "green gem" });
    expect(existsSync(library.get(entry?.id ?? "").file)).toBe(true);
    await studio.press("u");
    await studio.until("Nothing was deleted here");
  });

  it("opens a sprite with its whole recipe, and goes to the next ones", async () => {
    const studio = await open();
    await studio.press("enter");
    const shown = await studio.until("alpha (threshold 128), orphans");
    for (const text of ["green gem", "Seed       3", "4, guidance 3", "sprite: discs 1.0.0", "32 x 32 px", "0.2"])
      expect(shown).toContain(text);
    await studio.press("right");
    expect(await studio.until("blue potion")).toContain("2 of 3");
    expect(await studio.press("escape")).toContain("3 sprites, newest");
  });

  it("zooms, draws a pixel grid and repeats the sprite", async () => {
    const studio = await open();
    await studio.press("enter");
    const whole = await studio.until(/█{20,}/);
    await studio.press("z", "z");
    const near = await studio.until("4x");
    expect(near).not.toBe(whole);
    await studio.press("g");
    expect(await studio.until("4x, grid")).not.toBe(near);
    await studio.press("w");
    await studio.until("4x, grid, 3 x 3");
    await studio.press("Z", "Z", "g");
    const tiled = await studio.until("3 x 3");
    expect(tiled).not.toBe(whole);
  });

  it("flips between two sprites", async () => {
    const studio = await open();
    expect(await studio.press("b")).toContain("Mark a sprite as A first, with m");
    await studio.press("m");
    await studio.until("A is now: green gem");
    await studio.press("right", "b");
    await studio.until("╭─ A ─");
    await studio.press("b");
    expect(await studio.until("╭─ B ─")).not.toContain("╭─ A ─");
  });

  it("makes variations with other seeds", async () => {
    const studio = await open();
    await studio.press("v");
    await studio.until("7 sprites");
    const prompts = (await studio.studio.library()).list().entries.map(({ prompt }) => prompt);
    expect(prompts.filter((prompt) => prompt === "green gem")).toHaveLength(5);
  });

  it("plays an animation, and stops it", async () => {
    const studio = await open();
    await studio.press("a");
    await studio.until("Animation");
    await studio.press("enter");
    await studio.until("frame 2 of");
    await studio.press("a");
    expect(await studio.frame()).not.toContain("frame ");
  });

  it("brings an enlarged sprite to its native pixels, as a sprite of its own", async () => {
    const studio = await open({ sprites: ["gem"] });
    const library = await studio.studio.library();
    const [entry] = library.list().entries;
    const { raster, recipe } = await studio.studio.read(entry?.file ?? "");
    const png = encodeSprite(scaleInteger(raster, 4), recipe);
    await library.add({ png, recipe, width: 128, height: 128, colors: 1, seconds: 1 });
    await studio.app.go("help");
    await studio.app.go("gallery");
    await studio.until("2 sprites");
    await studio.press("home", "x");
    await studio.until(/Fixed to|Which grid/);
    await studio.press("enter");
    await studio.until("3 sprites");
    expect(library.list().entries[0]?.width).toBeLessThan(128);
  });

  it("takes a sprite's prompt and settings back to Generate", async () => {
    const studio = await open();
    await studio.press("right", "e");
    await studio.until("Leave out");
    expect(studio.app.state.draft).toMatchObject({ prompt: "blue potion", seed: 2, size: 32, steps: 4 });
  });

  it("copies a sprite into the game, and remembers where", async () => {
    const studio = await open();
    const game = join(studio.folder, "game");
    await mkdir(game);
    await studio.press("D");
    expect(await studio.press("enter")).toContain("Name a folder of the game");
    await studio.type(game);
    await studio.press("enter");
    await studio.until("Copied 1 to");
    expect(await readdir(game)).toEqual([expect.stringMatching(/^green-gem-3-[0-9a-f]+\.png$/)]);
    await studio.press("D");
    expect(await studio.frame()).toContain(game);
  });

  it("answers to the mouse: select, open, scroll, search", async () => {
    const studio = await open();
    await studio.until("blue potion");
    await studio.click(25, 5);
    await studio.press("enter");
    await studio.until("2 of 3");
    await studio.press("escape");
    await studio.setup.mockMouse.doubleClick(45, 5);
    await studio.until("3 of 3");
    await studio.press("escape");
    await studio.click(12, 1);
    expect(await studio.type("gem")).toContain("1 sprite");
  });

  it("says where a file is missing", async () => {
    const studio = await open();
    const { unlink } = await import("node:fs/promises");
    await unlink((await studio.studio.library()).list().entries[0]?.file ?? "");
    await studio.app.go("generate");
    await studio.app.go("gallery");
    await studio.until("file missing");
    await studio.press("enter");
    expect(await studio.until("Its file is missing")).toContain("(missing)");
  });
});
