import { expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { repeatedArea } from "./repeated-area.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const tile = drawRaster(["rg", ".b"], ink);

it.each([
  [0, 0, 2, 2, ["rg", ".b"]],
  [1, 0, 2, 2, ["gr", "b."]],
  [-1, -1, 2, 2, ["b.", "gr"]],
  [0, 1, 5, 3, [".b.b.", "rgrgr", ".b.b."]],
])("from %i,%i, %i x %i pixels of the tile without end", (x, y, width, height, rows) => {
  expect(showRaster(repeatedArea(tile, x, y, width, height), ink)).toEqual(rows);
});
