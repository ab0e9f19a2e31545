/**
 * Keys, clicks, texts and sizes of chance: nothing may crash. Three seconds here; DGX_PIXELS_FUZZ_SECONDS asks for more,
 * and then memory is looked at as well.
 */
import { expect, it } from "vitest";
import { openSample } from "./sample-studio.ts";

const seconds = Number(process.env.DGX_PIXELS_FUZZ_SECONDS ?? 3);

// Without what leaves the studio, opens other programs or asks for files to write.
const chords = [
  ..."1234567abcdefghijklmnprstuvwxyzABCGJKPTZ+-=[]/?",
  ..."up down left right enter escape backspace delete home end pageup pagedown space".split(" "),
  ..."ctrl+a ctrl+e ctrl+k ctrl+u ctrl+w ctrl+t ctrl+l ctrl+r ctrl+x ctrl+s ctrl+d ctrl+up ctrl+down shift+tab".split(
    " ",
  ),
];
const texts = [
  "red dragon",
  "漢字の剣",
  "👩‍🚀 🇩🇪",
  "e\u0301\u0301",
  "\u0007\u001b[2J",
  "x".repeat(300),
  "-1",
  "99999999999",
  "ア,ｱ,2, 4",
];

it(`stands ${seconds} s of chance`, { timeout: (seconds + 90) * 1000 }, async () => {
  const studio = await openSample({
    sprites: ["red gem", "blue potion", "green slime"],
    preferences: {
      keys: { "compare.export": [], "gallery.deploy": [], "generate.deploy": [], "gallery.openFile": [] },
    },
  });
  let state = 0x9e3779b1;
  const dice = (sides: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
  const rss: number[] = [];
  const end = Date.now() + seconds * 1000;
  let steps = 0;
  while (Date.now() < end) {
    const kind = dice(20);
    if (kind === 0) studio.setup.resize(20 + dice(220), 5 + dice(80));
    else if (kind === 1) await studio.setup.mockInput.pasteBracketedText(texts[dice(texts.length)] ?? "");
    else if (kind === 2) await studio.setup.mockMouse.click(dice(studio.terminal.width), dice(studio.terminal.height));
    else if (kind === 3)
      await studio.setup.mockMouse.scroll(
        dice(studio.terminal.width),
        dice(studio.terminal.height),
        dice(2) === 0 ? "up" : "down",
      );
    else studio.pressNow(chords[dice(chords.length)] ?? "a");
    if (++steps % 3 === 0) await studio.frame();
    if (steps % 500 === 0) rss.push(process.memoryUsage().rss);
  }
  studio.setup.resize(140, 40);
  for (let dialog = 0; dialog < 4; dialog++) await studio.press("escape");
  await studio.app.go("generate");
  expect(await studio.until("Leave out")).toContain("Settings");
  expect(studio.quit.mock.calls.filter(([error]) => error !== undefined)).toEqual([]);
  expect(steps).toBeGreaterThan(20);
  // Memory settles after the first quarter; of a short run it tells nothing.
  const settled = seconds >= 60 ? rss.slice(Math.floor(rss.length / 4)) : [1, 1];
  const half = settled.length >> 1;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const growth = mean(settled.slice(half)) / mean(settled.slice(0, half));
  if (seconds >= 60) console.log(`fuzz: ${steps} steps, memory grew by the factor ${growth.toFixed(3)}`);
  expect(growth).toBeLessThan(1.2);
});
