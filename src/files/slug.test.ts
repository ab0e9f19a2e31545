import * as fc from "fast-check";
import { expect, test } from "vitest";
import { slugOf } from "./slug.ts";

test.each([
  ["Red dragon!", "red-dragon"],
  ["  Wizard's   staff -- of FIRE  ", "wizards-staff-of-fire"],
  ["Crème brûlée, Ångström", "creme-brulee-angstrom"],
  ["Straße œuvre Æon Łódź", "strasse-oeuvre-aeon-lodz"],
  ["../../etc/passwd", "etc-passwd"],
  ["ﬁre ②", "fire-2"],
  ["赤いドラゴン", "sprite"],
  ["🐉", "sprite"],
  ["", "sprite"],
  ["CON", "x-con"],
  ["lpt1", "x-lpt1"],
  ["console", "console"],
])("the slug of %j is %j", (text, slug) => {
  expect(slugOf(text)).toBe(slug);
});

test("a long text is cut between words, and one long word within it", () => {
  expect(slugOf("a wizard in a purple robe holding a staff", 20)).toBe("a-wizard-in-a-purple");
  expect(slugOf("a wizard in a purple robe holding a staff", 19)).toBe("a-wizard-in-a");
  expect(slugOf("donaudampfschifffahrt", 10)).toBe("donaudampf");
  expect(slugOf("ab cdefghijklmnop", 10)).toBe("ab-cdefghi");
});

test("any text gives a name that every system accepts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 8, max: 60 }), (text, maxCharacters) => {
      const slug = slugOf(text, maxCharacters);
      expect(slug).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(slug.length).toBeLessThanOrEqual(maxCharacters);
      expect(slug).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)$/);
    }),
  );
});
