import { expect, test } from "vitest";
import { type PaletteOrder, sortPalette } from "./sort-palette.ts";

const [black, grey, white] = ["#000000", "#808080", "#ffffff"];
const [darkRed, red, orange, green, blue, pink] = ["#600000", "#ff0000", "#ff8000", "#00c000", "#0000ff", "#ff80c0"];
const colors = [blue, white, green, grey, orange, black, pink, red, darkRed];

test.each<[PaletteOrder, string[]]>([
  ["hue", [black, grey, white, pink, darkRed, red, orange, green, blue]],
  ["lightness", [black, darkRed, blue, grey, red, green, orange, pink, white]],
  ["chroma", [black, grey, white, darkRed, pink, orange, green, red, blue]],
])("by %s", (order, sorted) => {
  expect(sortPalette(colors, order)).toEqual(sorted);
  expect(sortPalette(colors.toReversed(), order)).toEqual(sorted);
});
