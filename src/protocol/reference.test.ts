import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describeProtocol } from "./reference.ts";
import { requestNames } from "./requests.ts";

const file = fileURLToPath(new URL("../../docs/protocol.md", import.meta.url));

test("docs/protocol.md says what the schemas say", () => {
  const text = describeProtocol();
  if (process.env.DGX_PIXELS_WRITE_DOCS === "1") writeFileSync(file, text);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("every request has its section, with all of its fields", () => {
  const text = describeProtocol();
  for (const name of requestNames) expect(text).toContain(`\n### ${name}\n`);
  for (const words of [
    "`priority`?: whole number (-10 to 10)",
    "[order](#order)",
    "| `png`? | bytes |",
    "`isCancelling`",
  ])
    expect(text).toContain(words);
});
