import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { clipText, graphemesOf, textWidth, wrapText } from "./grapheme.ts";

describe("textWidth", () => {
  test.each([
    ["", 0],
    ["red dragon", 10],
    ["漢字", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["👩‍🚀", 2],
    ["🇩🇪", 2],
    ["ｆｕｌｌ", 8],
    ["╭─▸★⠋╮", 6],
    ["❤️", 2],
    ["a\u0007b", 3],
  ])("%j takes %i cells", (text, cells) => {
    expect(textWidth(text)).toBe(cells);
  });
});

describe("clipText", () => {
  test.each([
    ["red dragon", 20, "…", "red dragon"],
    ["red dragon", 5, "…", "red …"],
    ["漢字漢字", 5, "…", "漢字…"],
    ["漢字漢字", 4, "…", "漢…"],
    ["漢", 1, "", ""],
    ["abc", 0, "…", ""],
    ["abc", 1, "…", "…"],
  ])("%j in %i cells", (text, width, ellipsis, expected) => {
    expect(clipText(text, width, ellipsis)).toBe(expected);
  });

  it("never takes more cells than there are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 30 }), (text, width) => {
        expect(textWidth(clipText(text, width, "…"))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe("wrapText", () => {
  it("breaks at spaces, and words that are too long", () => {
    expect(wrapText("a red dragon sleeps", 8)).toEqual(["a red", "dragon", "sleeps"]);
    expect(wrapText("abcdefghij kl", 4)).toEqual(["abcd", "efgh", "ij", "kl"]);
    expect(wrapText("one\ntwo", 10)).toEqual(["one", "two"]);
    expect(wrapText("漢字", 1)).toEqual(["漢", "字"].flatMap((sign) => [sign]).concat([""]));
  });

  it("loses no letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 20 }), (text, width) => {
        const letters = (value: string) => value.replace(/\s/g, "");
        expect(letters(wrapText(text, width).join(""))).toBe(letters(text));
      }),
    );
  });
});

it("replaces controls, which would move the cursor", () => {
  expect(graphemesOf("a\u001bb").map(({ text }) => text)).toEqual(["a", "\ufffd", "b"]);
});
