import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSample, type SampleOptions, sampleFolder } from "../sample-studio.ts";

const open = (options: SampleOptions = {}) => openSample({ height: 60, ...options, screen: "settings" });
const fileOf = (folder: string) => join(folder, ".config", "dgx-pixels", "config.json");
const contentOf = async (folder: string) => JSON.parse(await readFile(fileOf(folder), "utf8"));

describe("the Settings screen", () => {
  it("shows every value with where it comes from", async () => {
    const studio = await open();
    const shown = await studio.until("threads");
    expect(shown).toContain(`Kept in ${fileOf(studio.folder)}`);
    expect(shown).toMatch(/threads +2 +the environment variable DGX_PIXELS_T/);
    expect(shown).toMatch(/comfyui +http:\/\/127\.0\.0\.1:8188 +default/);
  });

  it("keeps values and what is said of them apart at 80 columns", async () => {
    const studio = await open({ width: 80 });
    const shown = await studio.until("threads");
    expect(shown).toMatch(/threads +2 +DGX_PIXELS_THREADS /);
    expect(shown).toMatch(/Pictures +◂ as found: blocks ▸ +kitty, [^│]*… /);
  });

  it("checks a value, saves it to the file, and takes it out again", async () => {
    const studio = await open();
    await studio.press("down", "enter");
    await studio.press("ctrl+u");
    await studio.type("not a url");
    expect(await studio.press("enter")).toContain("URL such as http://127.0.0.1:8188");
    await studio.press("ctrl+u");
    await studio.type("http://box:8188");
    await studio.press("enter");
    await studio.until("Saved: comfyui");
    expect(await contentOf(studio.folder)).toEqual({ comfyui: "http://box:8188" });
    expect(await studio.frame()).toMatch(/comfyui +http:\/\/box:8188 +the file/);
    await studio.press("d");
    await studio.until("comfyui is as by default");
    expect(await contentOf(studio.folder)).toEqual({});
  });

  it("keeps what else is in the file", async () => {
    const folder = await sampleFolder();
    await mkdir(join(folder, ".config", "dgx-pixels"), { recursive: true });
    await writeFile(fileOf(folder), '{"threads":3,"comfyui":"http://a:1"}');
    const studio = await open({ folder });
    await studio.press("down", "d");
    await studio.until("by default");
    expect(await contentOf(folder)).toEqual({ threads: 3 });
  });

  it("changes the theme at once, and keeps it", async () => {
    const studio = await open();
    const rows = (await studio.until("Theme")).split("\n");
    await studio.click(
      30,
      rows.findIndex((row) => row.includes("Theme")),
    );
    const before = studio.app.theme;
    await studio.press("right", "right");
    await studio.until("light");
    expect(before).toBe("dark");
    expect(studio.app.theme).toBe("light");
    await expect.poll(async () => (await contentOf(studio.folder)).terminal).toEqual({ theme: "light" });
  });

  it("overrules what was found of the terminal", async () => {
    const studio = await open({ sprites: ["gem"] });
    const rows = (await studio.until("Unicode")).split("\n");
    await studio.click(
      30,
      rows.findIndex((row) => row.includes("Unicode")),
    );
    await studio.press("left");
    expect((await studio.until("+- Settings")).replaceAll("\n", "")).toMatch(/^[\x20-\x7e]*$/);
  });

  it("gives an action other keys", async () => {
    const studio = await open({ height: 140 });
    const rows = (await studio.until("Draw the screen anew")).split("\n");
    await studio.click(
      30,
      rows.findIndex((row) => row.includes("Next theme")),
    );
    await studio.press("enter", "ctrl+u");
    await studio.type("nonsense+key");
    expect(await studio.press("enter")).toContain('Cannot use the key "nonsense+key"');
    await studio.press("ctrl+u");
    await studio.type("f12");
    await studio.press("enter", "f12");
    expect(studio.app.theme).toBe("light");
    await expect
      .poll(async () => (await contentOf(studio.folder)).terminal)
      .toEqual({ keys: { "app.theme": ["f12"] } });
    await studio.press("d");
    await studio.until(/ctrl\+t +Next theme/);
  });

  it("says what is wrong with a spoiled file, and goes on", async () => {
    const folder = await sampleFolder();
    await mkdir(join(folder, ".config", "dgx-pixels"), { recursive: true });
    const studio = await open({ folder });
    await writeFile(fileOf(folder), "{");
    await studio.app.go("help");
    await studio.app.go("settings");
    expect(await studio.until("it is not JSON")).toContain("Theme");
  });
});
