import { describe, expect, it } from "vitest";
import { actions } from "./key-map.ts";
import { openSample } from "./sample-studio.ts";

describe("the studio's shell", () => {
  it("changes screens by number, Tab, function key and mouse", async () => {
    const studio = await openSample();
    await studio.press("escape");
    // A screen's code is loaded when it is first looked at.
    await studio.press("2");
    await studio.until("The queue is empty");
    await studio.press("tab");
    await studio.until("0 sprites");
    await studio.press("shift+tab");
    await studio.until("The queue is empty");
    await studio.press("f1");
    await studio.until("Leave out");
    await studio.click(32, 0);
    await expect.poll(() => studio.app.screenId).toBe("gallery");
  });

  it.each([76, 80, 92, 100, 110, 131, 132, 200])(
    "keeps tabs and the queue's state apart at %i columns",
    async (width) => {
      const studio = await openSample({ width });
      const [tabs] = (await studio.until("Leave out")).split("\n");
      expect(tabs).toMatch(/1 Generate.*8 Help( +idle . on its own)? *$/);
      expect(tabs?.includes("on its own")).toBe(width > 92);
    },
  );

  it("finds every action in the command palette, and does what is chosen", async () => {
    const studio = await openSample();
    await studio.press("ctrl+p");
    await studio.type("gotogal");
    await studio.press("enter");
    await expect.poll(() => studio.app.screenId).toBe("gallery");
    await studio.press(":");
    await studio.type("hold the queue");
    await studio.press("enter");
    await studio.until("HELD");
    expect(studio.app.screenId).toBe("queue");
  });

  it("lists every action with its keys in Help, and does it", async () => {
    const studio = await openSample({ height: 120, screen: "help" });
    const shown = await studio.until("Keys");
    for (const { title } of actions) expect(shown).toContain(title);
    await studio.press("/");
    await studio.type("another order");
    await studio.press("enter", "enter");
    await studio.until("0 sprites, oldest");
  });

  it("tells the keys of the screen in front", async () => {
    const studio = await openSample({ screen: "gallery" });
    const shown = await studio.press("?");
    expect(shown).toContain("Keys of Gallery");
    expect(shown).toContain("Repeat 3 x 3");
    expect(await studio.press("escape")).not.toContain("Keys of Gallery");
  });

  it("types digits and letters into a text that is being written", async () => {
    const studio = await openSample();
    await studio.type("q2:?");
    expect(studio.app.state.draft.prompt).toBe("q2:?");
    expect(studio.app.screenId).toBe("generate");
    expect(studio.quit).not.toHaveBeenCalled();
  });

  it("takes pasted text as one line", async () => {
    const studio = await openSample();
    await studio.setup.mockInput.pasteBracketedText("red\ndragon");
    await studio.until("red dragon");
    expect(studio.app.state.draft.prompt).toBe("red dragon");
  });

  it("uses a person's own keys, and tells them", async () => {
    const studio = await openSample({
      screen: "queue",
      preferences: { keys: { "go.gallery": ["ctrl+y"], "app.quit": [] } },
    });
    await studio.press("ctrl+y");
    expect(studio.app.screenId).toBe("gallery");
    await studio.press("q", "3");
    expect(studio.quit).not.toHaveBeenCalled();
  });

  it("quits", async () => {
    const studio = await openSample({ screen: "queue" });
    await studio.press("q");
    expect(studio.quit).toHaveBeenCalledWith();
  });

  it("says so where there is no room", async () => {
    const studio = await openSample({ width: 30, height: 8 });
    expect(await studio.frame()).toContain("needs 40 x 10");
    studio.setup.resize(100, 30);
    await studio.until("Leave out");
  });

  it("changes themes", async () => {
    const studio = await openSample();
    const ground = () => studio.setup.captureSpans().lines[0]?.spans[0]?.bg.toInts().slice(0, 3);
    await studio.frame();
    const grounds = new Set<string>();
    for (let theme = 0; theme < 5; theme++) {
      await studio.press("ctrl+t");
      grounds.add(String(ground()));
    }
    expect(grounds.size).toBeGreaterThanOrEqual(3);
  });
});

describe("a terminal that can do less", () => {
  it("without Unicode draws everything in ASCII", async () => {
    const studio = await openSample({ environment: { LANG: "C", COLORTERM: "truecolor" }, sprites: ["drôle 漢"] });
    const shown = await studio.until("seed 1");
    expect(shown.replaceAll("\n", "")).toMatch(/^[\x20-\x7e]*$/);
    expect(shown).toContain("drole ?");
    expect(shown).toContain("+- Prompt -");
  });

  it("without colours draws pictures as signs and the selection inverted", async () => {
    const studio = await openSample({ environment: { LANG: "C.UTF-8", NO_COLOR: "1" }, sprites: ["gem"] });
    await studio.until(/[:+*#%@-]{8,}/);
    const spans = studio.setup.captureSpans().lines.flatMap((line) => line.spans);
    const colored = spans.filter(
      ({ text, fg, bg }) => text.trim() !== "" && (fg.intent !== "default" || bg.intent !== "default"),
    );
    expect(colored.map(({ text }) => text)).toEqual([]);
    const active = spans.find(({ text }) => text.includes("1 Generate"));
    expect((active?.attributes ?? 0) & 32).toBe(32);
  });

  it("without pictures tells their size", async () => {
    const studio = await openSample({ preferences: { pictures: "none" }, sprites: ["gem"] });
    await studio.until("32 x 32 px");
    expect(await studio.frame()).not.toMatch(/[▀▄]/);
  });

  it("with 16 colours uses those of the terminal", async () => {
    const studio = await openSample({ environment: { LANG: "C.UTF-8", TERM: "linux" } });
    await studio.until("Prompt");
    const spans = studio.setup.captureSpans().lines.flatMap((line) => line.spans);
    expect(spans.every(({ fg, text }) => fg.intent === "indexed" || text.trim() === "")).toBe(true);
  });
});
