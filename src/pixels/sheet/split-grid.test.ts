import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { createRaster, type Raster } from "../raster.ts";
import { inferGrid } from "./infer-grid.ts";
import { layOutGrid } from "./lay-out-grid.ts";
import { splitGrid } from "./split-grid.ts";

const ink = { r: "#ff0000", g: "#00ff00", b: "#0000ff" };
const plain = { cellWidth: 2, cellHeight: 2, spacing: 0, margin: 0 };

describe("splitGrid", () => {
  it("cuts cells row by row and leaves empty ones out", () => {
    const cells = splitGrid(drawRaster(["rr..", "r...", "..g.", "...b"], ink), plain);
    expect(cells.map(({ row, column, raster }) => [row, column, showRaster(raster, ink)])).toEqual([
      [0, 0, ["rr", "r."]],
      [1, 1, ["g.", ".b"]],
    ]);
  });

  it("passes over spacing and margin", () => {
    const sheet = drawRaster([".......", ".rr.gg.", ".rr.gg.", "......."], ink);
    expect(splitGrid(sheet, { ...plain, spacing: 1, margin: 1 }).map(({ raster }) => showRaster(raster, ink))).toEqual([
      ["rr", "rr"],
      ["gg", "gg"],
    ]);
  });

  it("refuses to lose pixels, and cells larger than the sheet", () => {
    expect(() => splitGrid(drawRaster(["rrr", "rrr"], ink), plain)).toThrow(
      "Cannot cut 3 x 2 pixels into cells of 2 x 2: 2 visible pixels would be lost between or beside them",
    );
    expect(() => splitGrid(drawRaster(["r"], ink), plain)).toThrow("Cannot cut 1 x 1 pixels into cells of 2 x 2");
  });
});

/** A blob with `border` transparent pixels around it, different for each number. */
function blob(width: number, height: number, border: number, number: number): Raster {
  const raster = createRaster(width, height);
  for (let y = border; y < height - border; y++)
    for (let x = border; x < width - border; x++)
      raster.data.set([40 + number * 20, (x * 29 + y * 13) % 256, 90, 255], (y * width + x) * 4);
  return raster;
}

const blobs = (width: number, height: number, border: number) =>
  Array.from({ length: 8 }, (_, number) => blob(width, height, border, number));

describe("inferGrid", () => {
  it.each([
    [16, 16, 1, 0],
    [24, 24, 2, 0],
    [16, 32, 1, 0],
    [16, 16, 0, 2],
    [12, 20, 0, 1],
  ])("finds cells of %i x %i whose pictures keep a border of %i, %i apart", (width, height, border, padding) => {
    const { raster } = layOutGrid(blobs(width, height, border), { columns: 4, padding });
    expect(inferGrid(raster)).toEqual({ cellWidth: width, cellHeight: height, spacing: padding, margin: 0 });
  });

  it("finds the cells of one row", () => {
    expect(inferGrid(layOutGrid(blobs(16, 16, 1)).raster)).toMatchObject({ cellWidth: 16, cellHeight: 16 });
  });

  it("keeps square cells whose pictures are low, so that their height above the ground is not lost", () => {
    const low = Array.from({ length: 4 }, () => {
      const raster = createRaster(16, 16);
      for (let x = 1; x < 15; x++) raster.data.set([255, 0, 0, 255], (12 * 16 + x) * 4);
      return raster;
    });
    expect(inferGrid(layOutGrid(low, { columns: 2 }).raster)).toMatchObject({ cellWidth: 16, cellHeight: 16 });
  });

  it("sees tiles without gaps by their edges", () => {
    const tiles = Array.from({ length: 16 }, (_, number) => {
      const raster = createRaster(16, 16);
      for (let at = 0; at < 256; at++)
        raster.data.set([(number * 67) % 256, (number * 131) % 256, (at * 7) % 16, 255], at * 4);
      return raster;
    });
    expect(inferGrid(layOutGrid(tiles, { columns: 4 }).raster)).toMatchObject({ cellWidth: 16, cellHeight: 16 });
  });

  it("sees every cut where every other one is stronger", () => {
    const greys = [100, 150, 210, 160];
    const tiles = Array.from({ length: 64 }, (_, number) => {
      const grey = (greys[number % 4] + greys[(number >> 3) % 4]) / 2;
      const raster = createRaster(16, 16);
      for (let at = 0; at < 256; at++) raster.data.set([grey, grey + (at % 3), grey + (at % 5), 255], at * 4);
      return raster;
    });
    expect(inferGrid(layOutGrid(tiles, { columns: 8 }).raster)).toMatchObject({ cellWidth: 16, cellHeight: 16 });
  });

  it("tells pictures apart that touch, and filled tiles between them", () => {
    const tiles = Array.from({ length: 24 }, (_, number) => {
      const raster = createRaster(16, 16);
      for (let y = 0; y < 16; y++)
        for (let x = 0; x < 16; x++)
          if (number === 9 || Math.hypot(x - 7.5, y - 7.5) < (number % 3 === 2 ? 6 : 8))
            raster.data.set([(number * 67) % 256, (number * 131) % 256, (number * 29) % 256, 255], (y * 16 + x) * 4);
      return raster;
    });
    expect(inferGrid(layOutGrid(tiles, { columns: 6 }).raster)).toMatchObject({ cellWidth: 16, cellHeight: 16 });
  });

  it("does not guess", () => {
    expect(() => inferGrid(blob(40, 40, 0, 1))).toThrow(
      "Cannot find a grid in 40 x 40 pixels: give the cells' size, or split by islands",
    );
  });
});
