import { expect, it } from "vitest";
import { openSample } from "../sample-studio.ts";

it("shows what can draw with all that it tells, and draws with it", async () => {
  const studio = await openSample({ screen: "models", sprites: ["gem"] });
  const shown = await studio.until("discs 1.0.0");
  for (const text of [
    "d".repeat(30),
    "16, 32 px",
    "flat, round",
    "4 steps, guidance 3",
    "1 sprites in the library",
    "no votes yet",
  ])
    expect(shown).toContain(text);
  await studio.press("down", "enter");
  await studio.until("Leave out");
  expect(studio.app.state.draft.generator).toBe("other1");
});
