import { expect, it } from "vitest";
import { openSample } from "../sample-studio.ts";

it("scrolls what does not fit, and begins at the top of another", async () => {
  const studio = await openSample({ screen: "models", width: 80, height: 14 });
  expect(await studio.until("Model ")).not.toContain("In comparisons");
  expect(await studio.frame()).toMatch(/▼│\n╰/);
  let shown = "";
  for (let press = 0; press < 5; press++) shown = await studio.press("]");
  expect(shown).toContain("In comparisons");
  expect(shown).toContain("▲");
  expect(shown).not.toContain("Model ");
  expect(await studio.press("[", "[", "[", "[", "[")).toContain("Model ");
  await studio.press("]", "down");
  expect(await studio.until("other1")).toContain("Model ");
});
