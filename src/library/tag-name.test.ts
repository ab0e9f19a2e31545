import { expect, test } from "vitest";
import { normalTag } from "./tag-name.ts";

test.each([
  ["  Hero ", "hero"],
  ["Level 1", "level 1"],
  ["É", "é"],
  ["x".repeat(64), "x".repeat(64)],
  ["🐉".repeat(64), "🐉".repeat(64)],
])("%j is kept as %j", (text, name) => {
  expect(normalTag(text)).toBe(name);
});

test.each(["", "  ", "x".repeat(65), "a\nb", "a\0", "\ud800"])("%j is refused", (tag) => {
  expect(() => normalTag(tag)).toThrow(
    expect.objectContaining({
      name: "LibraryError",
      details: { code: "invalid-tag", tag },
      message: `Cannot use the tag ${JSON.stringify(tag)}: give 1 to 64 characters without control characters`,
    }),
  );
});
