import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRaster, decodePng, encodePng, type Raster, repeatedArea } from "#pixels";
import { describeSeams } from "./commands/tile.ts";
import { runWords } from "./run-words.ts";

let folder: string;
const at = (...names: readonly string[]) => join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-tile-"));
});
afterEach(() => rm(folder, { recursive: true }));

function paint(size: number, colorAt: (x: number, y: number) => readonly [number, number, number]): Raster {
  const raster = createRaster(size, size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) raster.data.set([...colorAt(x, y), 255], (y * size + x) * 4);
  return raster;
}

const slope = paint(24, (x, y) => [40 + 6 * x, 40 + 5 * y, 60]);
const checks = paint(16, (x, y) => (((x >> 2) + (y >> 2)) % 2 ? [30, 90, 40] : [60, 140, 70]));
const water = paint(16, (x, y) => ((x * 3 + y * 5) % 7 < 2 ? [90, 140, 220] : [40, 80, 170]));

const write = (name: string, raster: Raster) => writeFile(at(name), encodePng(raster));

describe("tile check", () => {
  it("tells a tile from what breaks at its edges, and exits with 1 for the latter", async () => {
    await write("checks.png", checks);
    await write("slope.png", slope);
    const { json, code } = await runWords(["tile", "check", at("checks.png"), at("slope.png"), "--json"]);
    expect(json).toMatchObject([
      { source: at("checks.png"), width: 16, verdict: "seamless" },
      { source: at("slope.png"), width: 24, verdict: "seam" },
    ]);
    expect(json[1].seamError.across).toBeGreaterThan(10);
    expect(json[1].seamRank).toBeGreaterThan(0.9);
    expect(code).toBe(1);
    expect((await runWords(["tile", "check", at("checks.png")])).code).toBe(0);
  });

  it("shows and writes the texture 3 x 3", async () => {
    await write("checks.png", checks);
    const { out } = await runWords(["tile", "check", at("checks.png"), "--preview", at("previews")], { isTTY: true });
    expect(out).toMatch(/[▀▄]/);
    expect(out).toContain(`; ${at("previews", "checks-3x3.png")}\n`);
    const preview = decodePng(await readFile(at("previews", "checks-3x3.png")));
    expect(preview).toEqual(repeatedArea(checks, 0, 0, 48, 48));
    const again = await runWords(["tile", "check", at("checks.png"), "--preview", at("previews")]);
    expect(again.err).toContain("checks-3x3.png: it exists already");
  });

  it("goes on after a file that cannot be read", async () => {
    await writeFile(at("broken.png"), "no picture");
    await write("checks.png", checks);
    const { out, err, code } = await runWords(["tile", "check", folder]);
    expect(err).toContain("broken.png");
    expect(out).toContain("checks.png  16 x 16 px, seamless");
    expect(code).toBe(1);
  });
});

describe("tile fix", () => {
  it("repairs a texture beside it, with figures from before and after", async () => {
    await write("slope.png", slope);
    const { json, code } = await runWords(["tile", "fix", at("slope.png"), "--json"]);
    expect(code).toBe(0);
    const [{ file, before, after, changedPixels, changed }] = json;
    expect(file).toBe(at("slope-seamless.png"));
    expect(changed).toBe(true);
    expect(changedPixels).toBeGreaterThan(0);
    expect(after.seamError.across).toBeLessThan(before.seamError.across / 4);
    const { out } = await runWords(["tile", "fix", at("slope.png"), "--out", at("x.png")]);
    expect(out).toMatch(/seam error \d+\.\d\d -> \d\.\d\d, rank \d+ % -> \d+ %, \d+ pixels replaced/);
  });

  it("leaves a tile as it is", async () => {
    await write("checks.png", checks);
    const { out } = await runWords(["tile", "fix", at("checks.png"), "--preview", at("p")], { isTTY: true });
    expect(out).toContain("nothing to repair");
    expect(out).toContain("unchanged");
    expect(decodePng(await readFile(at("checks-seamless.png")))).toEqual(checks);
    expect(await readdir(at("p"))).toEqual(["checks-3x3.png"]);
  });
});

describe("tileset make", () => {
  const make = (...flags: readonly string[]) =>
    runWords(["tileset", "make", at("water.png"), at("checks.png"), "--out", at("tiles"), ...flags]);
  beforeEach(async () => {
    await write("water.png", water);
    await write("checks.png", checks);
  });

  it("writes sheet, JSON and map, and tells the seams of all pairs", async () => {
    const { out, code } = await make("--seed", "3");
    expect(code).toBe(0);
    expect(out).toContain("blob: 48 tiles of 16 x 16 px, seed 3\n");
    expect(out).toContain("seams: 1036 pairs of matching edges (392 occur in maps), worst ");
    const sheet = decodePng(await readFile(at("tiles", "checks-on-water.png")));
    expect([sheet.width, sheet.height]).toEqual([128, 96]);
    const json = JSON.parse(await readFile(at("tiles", "checks-on-water.json"), "utf8"));
    expect(json).toMatchObject({
      kind: "blob",
      image: "checks-on-water.png",
      tileSize: 16,
      terrains: { lower: "water", upper: "checks" },
      seed: 3,
      edge: "outline",
      textures: { lower: { file: at("water.png") }, upper: { file: at("checks.png") } },
      seams: { pairs: 1036, pairsInMaps: 392 },
    });
    expect(json.tiles).toHaveLength(48);
    const map = decodePng(await readFile(at("tiles", "checks-on-water-map.png")));
    expect([map.width, map.height]).toEqual([320, 224]);
    expect((await readdir(at("tiles"))).length).toBe(3);
  });

  it("uses the textures' colors alone, or a palette's", async () => {
    const colorsOf = (raster: Raster) =>
      new Set(
        Array.from({ length: raster.data.length / 4 }, (_, pixel) =>
          raster.data.subarray(pixel * 4, pixel * 4 + 3).join(),
        ),
      );
    await make("--edge", "shore");
    const allowed = new Set([...colorsOf(water), ...colorsOf(checks)]);
    const sheet = decodePng(await readFile(at("tiles", "checks-on-water.png")));
    expect([...colorsOf(sheet)].filter((color) => !allowed.has(color))).toEqual([]);
    await writeFile(at("two.hex"), "204060\n80c080\n");
    await make("--palette", at("two.hex"), "--force");
    const mapped = decodePng(await readFile(at("tiles", "checks-on-water.png")));
    expect([...colorsOf(mapped)].toSorted()).toEqual(["128,192,128", "32,64,96"]);
  });

  it("writes files for Tiled and Godot", async () => {
    const { json } = await make("--kind", "wang", "--tiled", "--godot", "--json");
    const names = ["png", "json", "map.png", "tsx", "tres"];
    expect(json[0].files).toHaveLength(names.length);
    expect(json[0]).toMatchObject({ kind: "wang", tiles: 16, seams: { pairs: 128, bad: [] } });
    expect(await readFile(at("tiles", "checks-on-water.tsx"), "utf8")).toContain('source="checks-on-water.png"');
    expect(await readFile(at("tiles", "checks-on-water.tres"), "utf8")).toContain('path="checks-on-water.png"');
  });

  it("makes the same files again from the same seed", async () => {
    await make("--seed", "9", "--size", "24");
    const first = await readFile(at("tiles", "checks-on-water.png"));
    await make("--seed", "9", "--size", "24", "--force");
    expect(await readFile(at("tiles", "checks-on-water.png"))).toEqual(first);
  });

  it("writes to the file that is named", async () => {
    await runWords([
      "tileset",
      "make",
      at("water.png"),
      at("checks.png"),
      "--out",
      at("x", "coast.png"),
      "--kind",
      "minimal",
    ]);
    expect((await readdir(at("x"))).toSorted()).toEqual(["coast-map.png", "coast.json", "coast.png"]);
  });

  it("lists the worst pairs over 2", () => {
    const bad = Array.from({ length: 12 }, (_, index) => ({
      direction: index === 0 ? ("down" as const) : ("across" as const),
      first: "blob-n",
      second: "lower",
      error: 3 - index / 20,
    }));
    const lines = describeSeams({ pairs: 1036, pairsInMaps: 392, worst: 3, mean: 0.5, bad }).split("\n");
    expect(lines.slice(1, 4)).toEqual(["12 pairs are over 2:", "  blob-n above lower: 3.00", "  blob-n | lower: 2.95"]);
    expect(lines.slice(-2)).toEqual(["  and 2 more, in the JSON file", ""]);
    expect(lines).toHaveLength(14);
  });

  it("refuses sizes, missing files and files that are there", async () => {
    expect((await make("--size", "4")).err).toContain(
      "Cannot make tiles of 4 pixels: give a whole number from 8 to 64",
    );
    expect((await make("--seed", "1.5")).err).toContain("Cannot use seed 1.5: give a whole number from 0 to");
    const missing = await runWords(["tileset", "make", at("none.png"), at("checks.png"), "--out", folder]);
    expect(missing.err).toContain("none.png: it does not exist");
    await write("water.png", createRaster(16, 16));
    expect((await make()).err).toContain("water.png: 256 of its 256 pixels are transparent");
    await write("water.png", water);
    await make();
    await rm(at("tiles", "checks-on-water.png"));
    expect((await make()).err).toContain("checks-on-water.json: it exists already");
    await expect(stat(at("tiles", "checks-on-water.png"))).rejects.toThrow("ENOENT");
  });
});
