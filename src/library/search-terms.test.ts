import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { searchTermsOf } from "./search-terms.ts";

test.each([
  ["red dragon", '"red" AND "dragon" *'],
  ["drag* red", '"drag" * AND "red" *'],
  ['"red dragon"', '"red dragon"'],
  ['"red dragon" fi', '"red dragon" AND "fi" *'],
  ['"red dragon', '"red dragon"'],
  ["red red RED dragon", '"red" AND "RED" AND "dragon" *'],
  ["fire-ball", '"fire ball" *'],
  ["NOT AND OR NEAR(", '"NOT" AND "AND" AND "OR" AND "NEAR" *'],
  ["prompt:red ^x {a}", '"prompt red" AND "x" AND "a" *'],
  ["café 赤い", '"café" AND "赤い" *'],
  ["red !!!", '"red"'],
  ["red\u{e000}r5", '"red" AND "r5" *'],
  ["a\0b", '"a" AND "b" *'],
])("%j is searched as %s", (text, terms) => {
  expect(searchTermsOf(text)).toBe(terms);
});

test.each(["", "  ", "!?*", '""', "🐉", "\u{e000}"])("%j asks for nothing", (text) => {
  expect(searchTermsOf(text)).toBeUndefined();
});

test("no text can make a malformed search", () => {
  using database = new DatabaseSync(":memory:");
  database.exec("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2')");
  const search = database.prepare("SELECT rowid FROM words WHERE words MATCH ?");
  const anything = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.string({
      unit: fc.constantFrom('"', "*", "-", ":", "^", "(", ")", "AND", "NEAR", " ", "a", "é", "\0", "\u0301"),
    }),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const terms = searchTermsOf(text);
      expect(() => terms !== undefined && search.all(terms)).not.toThrow();
    }),
    { numRuns: 300 },
  );
});
