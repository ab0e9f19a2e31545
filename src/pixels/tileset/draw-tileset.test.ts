import { describe, expect, it } from "vitest";
import { parseHexColor } from "../hex-color.ts";
import { createRaster, type Raster } from "../raster.ts";
import { fitTexture } from "../tile/fit-texture.ts";
import { repeatedArea } from "../tile/repeated-area.ts";
import { bricks, colorsIn, grain } from "../tile/sample-textures.ts";
import { checkSeams } from "./check-seams.ts";
import { drawTileset } from "./draw-tileset.ts";
import { edgeStyleNames } from "./edge-styles.ts";
import { drawMap, sampleMap } from "./sample-map.ts";
import { matchingPairs, neighbourBits, tilesetKinds } from "./tile-masks.ts";

const grass = (size: number) => grain(size, [0x2f6b2a, 0x3f8434, 0x57a444, 0x1f4a22], 5);
const water = (size: number) => grain(size, [0x1f3f8f, 0x2a55b0, 0x9fc4f0], 9);
const flat = (size: number, color: string) => grain(size, [parseHexColor(color)]);

/** One character a pixel: upper "#", lower ".". */
function shown(terrain: Uint8Array, size: number): string[] {
  return Array.from({ length: size }, (_, y) =>
    Array.from(terrain.subarray(y * size, (y + 1) * size), (upper) => (upper === 1 ? "#" : ".")).join(""),
  );
}

describe("drawTileset", () => {
  it("cuts straight where nothing wanders", () => {
    const { tiles } = drawTileset(flat(8, "#000"), flat(8, "#fff"), { kind: "wang", roughness: 0 });
    const { ne, se, nw } = neighbourBits;
    const terrainOf = (wanted: number) => {
      const tile = tiles.find(({ mask }) => mask === wanted);
      return shown(tile?.terrain ?? new Uint8Array(), 8);
    };
    expect(terrainOf(nw | ne)).toEqual([...Array(4).fill("########"), ...Array(4).fill("........")]);
    expect(terrainOf(nw)).toEqual([
      "####....",
      "####....",
      "####....",
      "###.....",
      "........",
      "........",
      "........",
      "........",
    ]);
    expect(terrainOf(nw | se)).toEqual([
      "####....",
      "####....",
      "####....",
      "###.....",
      ".....###",
      "....####",
      "....####",
      "....####",
    ]);
  });

  it("keeps areas of a blob set away from what is beside them, and joined to what they join", () => {
    const { tiles } = drawTileset(flat(16, "#000"), flat(16, "#fff"), { kind: "blob" });
    for (const { mask, terrain, isLower } of tiles) {
      const rows = shown(terrain, 16);
      const { n, e, s, w } = neighbourBits;
      const middles = [rows[0][8], rows[8][15], rows[15][8], rows[8][0]];
      expect(middles).toEqual([n, e, s, w].map((bit) => (mask & bit ? "#" : ".")));
      expect([mask, rows[8][8]]).toEqual([mask, isLower ? "." : "#"]);
    }
  });

  it.each(tilesetKinds)("gives the four rows about every seam of a %s set one terrain", (kind) => {
    for (const size of [8, 16, 27]) {
      const { tiles } = drawTileset(flat(size, "#000"), flat(size, "#fff"), { kind, seed: 3, roughness: 1 });
      const line = (terrain: Uint8Array, direction: string, at: number) =>
        Array.from(
          { length: size },
          (_, index) => terrain[direction === "across" ? index * size + at : at * size + index],
        );
      for (const { direction, first, second } of matchingPairs(kind)) {
        const expected = line(tiles[first].terrain, direction, size - 1);
        expect(line(tiles[second].terrain, direction, 0)).toEqual(expected);
        expect(line(tiles[first].terrain, direction, size - 2)).toEqual(expected);
        expect(line(tiles[second].terrain, direction, 1)).toEqual(expected);
      }
    }
  });

  it("crosses each edge at most once where corners differ, and never where they are equal", () => {
    const { tiles } = drawTileset(flat(16, "#000"), flat(16, "#fff"), { kind: "wang", seed: 8, roughness: 1 });
    for (const { mask, terrain } of tiles) {
      const top = shown(terrain, 16)[0];
      const changes = [...top].filter((pixel, x) => x > 0 && pixel !== top[x - 1]).length;
      const differs = (mask & neighbourBits.nw) > 0 !== (mask & neighbourBits.ne) > 0;
      expect(changes).toBe(differs ? 1 : 0);
    }
  });

  it.each(edgeStyleNames)("uses the textures' colours alone with the edge %s", (edge) => {
    const lower = water(16);
    const upper = grass(16);
    const { sheet } = drawTileset(lower, upper, { kind: "blob", edge });
    const allowed = new Set([...colorsIn(lower), ...colorsIn(upper)]);
    expect([...colorsIn(sheet)].filter((color) => !allowed.has(color))).toEqual([]);
  });

  it("draws a darker line round the upper terrain", () => {
    const upper = grain(16, [0x57a444, 0x57a444, 0x57a444, 0x1f4a22], 5);
    const { tiles } = drawTileset(flat(16, "#c0a060"), upper, { kind: "minimal", edge: "outline", roughness: 0 });
    const top = tiles[1];
    const firstUpper = top.terrain.findIndex((upper, at) => upper === 1 && at % 16 === 8);
    expect([...top.raster.data.subarray(firstUpper * 4, firstUpper * 4 + 3)]).toEqual([0x1f, 0x4a, 0x22]);
  });

  it("draws the line in a color that is asked for, where the edge has one", () => {
    const colors = (edge: "outline" | "shore") =>
      colorsIn(drawTileset(water(16), grass(16), { kind: "wang", edge, lineColor: "#102030" }).sheet);
    expect(colors("outline")).toContain(0x102030);
    expect(colors("shore")).toContain(0x102030);
    expect(() => drawTileset(water(16), grass(16), { kind: "wang", edge: "plain", lineColor: "#123" })).toThrow(
      "Cannot draw a line in #123: the edge plain has none; take outline or shore",
    );
  });

  it("leaves the textures as they are in the two full tiles", () => {
    const { tiles } = drawTileset(water(16), grass(16), { kind: "wang" });
    const { ne, se, sw, nw } = neighbourBits;
    expect(tiles.find(({ mask }) => mask === 0)?.raster.data).toEqual(water(16).data);
    expect(tiles.find(({ mask }) => mask === (ne | se | sw | nw))?.raster.data).toEqual(grass(16).data);
  });

  it("is decided by the seed", () => {
    const pixels = (seed: number) => drawTileset(water(16), grass(16), { kind: "blob", seed }).sheet.data;
    expect(pixels(1)).toEqual(pixels(1));
    expect(pixels(1)).not.toEqual(pixels(2));
  });

  it("refuses textures of other sizes and a roughness out of range", () => {
    expect(() => drawTileset(water(16), grass(8), { kind: "wang" })).toThrow(
      "Cannot make tiles of 16 x 16 and 8 x 8 pixels: give two square textures of one size from 8 to 64",
    );
    expect(() => drawTileset(water(4), grass(4), { kind: "wang" })).toThrow("Cannot make tiles of 4 x 4");
    expect(() => drawTileset(water(8), grass(8), { kind: "wang", roughness: 2 })).toThrow("Cannot use roughness 2");
  });
});

describe("checkSeams", () => {
  it("finds seams within twice the textures' contrast for every pair, size, kind and edge", () => {
    for (const kind of tilesetKinds)
      for (const size of [8, 16, 32])
        for (const edge of edgeStyleNames) {
          const textures = [water(size), bricks(size), grass(size)].map((texture) => fitTexture(texture, size).raster);
          const report = checkSeams(drawTileset(textures[0], textures[1], { kind, edge, seed: 4 }));
          expect(report.pairs).toHaveLength(matchingPairs(kind).length);
          expect(report.bad).toEqual([]);
          expect(report.worst).toBeLessThan(2);
          expect(report.mean).toBeLessThanOrEqual(report.worst);
        }
  });

  it("tells the pairs whose edges do not fit, the worst first", () => {
    const size = 16;
    const broken = repeatedArea(stripes(), 0, 0, size, size);
    const report = checkSeams(drawTileset(water(size), broken, { kind: "wang", edge: "plain" }));
    expect(report.bad.length).toBeGreaterThan(0);
    expect(report.worst).toBe(report.bad[0].error);
    expect(report.bad[0].direction).toBe("across");
    expect(report.bad.map(({ error }) => error)).toEqual(
      report.bad.map(({ error }) => error).toSorted((a, b) => b - a),
    );
    expect(report.bad.every(({ error }) => error > 2)).toBe(true);
  });
});

/** Grey that grows lighter to the right alone. */
function stripes(): Raster {
  const raster = createRaster(16, 16);
  for (let at = 0; at < 256; at++) {
    const grey = 30 + (at % 16) * 14;
    raster.data.set([grey, grey, grey, 255], at * 4);
  }
  return raster;
}

describe("sampleMap", () => {
  it.each(tilesetKinds)("puts only tiles of a %s set side by side that may stand so", (kind) => {
    const tileset = drawTileset(water(8), grass(8), { kind });
    const legal = new Set(
      matchingPairs(kind).flatMap(({ direction, first, second, occursInMaps }) =>
        occursInMaps ? [`${direction} ${first} ${second}`] : [],
      ),
    );
    for (let seed = 0; seed < 20; seed++) {
      const { columns, rows, cells } = sampleMap(tileset, 13, 11, seed);
      expect(cells).toHaveLength(columns * rows);
      const pairs = cells.flatMap((cell, at) => [
        ...((at + 1) % columns === 0 ? [] : [`across ${cell} ${cells[at + 1]}`]),
        ...(at + columns < cells.length ? [`down ${cell} ${cells[at + columns]}`] : []),
      ]);
      expect(pairs.filter((pair) => !legal.has(pair))).toEqual([]);
    }
  });

  it("is drawn tile by tile", () => {
    const tileset = drawTileset(water(8), grass(8), { kind: "wang" });
    const full = tileset.tiles.findIndex(({ mask }) => mask === 170);
    const picture = drawMap(tileset, { columns: 2, rows: 1, cells: [full, 0] });
    expect(repeatedArea(picture, 0, 0, 8, 8).data).toEqual(grass(8).data);
    expect(repeatedArea(picture, 8, 0, 8, 8).data).toEqual(water(8).data);
  });
});
