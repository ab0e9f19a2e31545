import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countDifferingPixels, createRaster, decodePng, encodePng, layOutGrid, type Raster } from "#pixels";
import { runWords } from "./run-words.ts";

let folder: string;
const at = (...names: readonly string[]) => join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-sheet-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A blot of `number`'s colour with `border` transparent pixels around it. */
function blot(width: number, height: number, number: number, border = 1): Raster {
  const raster = createRaster(width, height);
  for (let y = border; y < height - border; y++)
    for (let x = border; x < width - border; x++)
      raster.data.set([(number * 37) % 256, (x * 50) % 256, (y * 30) % 256, 255], (y * width + x) * 4);
  return raster;
}

async function writeSprites(sprites: Readonly<Record<string, Raster>>): Promise<void> {
  for (const [name, raster] of Object.entries(sprites)) {
    await mkdir(join(at("sprites", name), ".."), { recursive: true });
    await writeFile(at("sprites", `${name}.png`), encodePng(raster));
  }
}

const read = async (...names: readonly string[]) => decodePng(await readFile(at(...names)));

const sprites = {
  hero: blot(16, 24, 1),
  coin: blot(8, 8, 2, 2),
  "coin-again": blot(8, 8, 2, 2),
  "enemies/bat": blot(20, 12, 3),
  empty: createRaster(5, 7),
};

describe("sheet pack and sheet split", () => {
  it.each(["aseprite", "aseprite-array", "texturepacker"])(
    "give the sprites back pixel for pixel: %s",
    async (format) => {
      await writeSprites(sprites);
      const packed = await runWords([
        "sheet",
        "pack",
        at("sprites"),
        "--out",
        at("atlas.png"),
        "--format",
        format,
        "--json",
      ]);
      expect(packed.json).toMatchObject([{ files: [at("atlas.png"), at("atlas.json")], frames: 5, places: 4 }]);
      expect(packed.code).toBe(0);
      const split = await runWords(["sheet", "split", at("atlas.png"), "--out", at("again"), "--json"]);
      expect(split.json[0]).toMatchObject({ by: "atlas", folder: at("again") });
      for (const [name, raster] of Object.entries(sprites))
        expect(countDifferingPixels(await read("again", `${name}.png`), raster)).toBe(0);
    },
  );

  it("writes the same bytes again", async () => {
    await writeSprites(sprites);
    await runWords(["sheet", "pack", at("sprites"), "--out", at("a", "atlas.png"), "--extrude", "1"]);
    await runWords(["sheet", "pack", at("sprites"), "--out", at("b", "atlas.png"), "--extrude", "1"]);
    for (const file of ["atlas.png", "atlas.json"])
      expect(await readFile(at("a", file))).toEqual(await readFile(at("b", file)));
  });

  it("finds its own sprites by islands too", async () => {
    await writeSprites({ a: blot(12, 9, 1), b: blot(9, 14, 2), c: blot(7, 7, 3), d: blot(16, 5, 4) });
    await runWords(["sheet", "pack", at("sprites"), "--out", at("atlas.png")]);
    const { json } = await runWords(["sheet", "split", at("atlas.png"), "--islands", "--json"]);
    expect(json[0].by).toBe("islands");
    expect(json[0].sprites.map(({ width, height }: any) => `${width}x${height}`).toSorted()).toEqual([
      "10x7",
      "14x3",
      "5x5",
      "7x12",
    ]);
    expect(await readdir(at("atlas"))).toEqual(["atlas-01.png", "atlas-02.png", "atlas-03.png", "atlas-04.png"]);
  });

  it("lays equal sprites out in columns, which a grid cuts again", async () => {
    await writeSprites({ a: blot(16, 16, 1), b: blot(16, 16, 2), c: blot(16, 16, 3) });
    const { out } = await runWords(["sheet", "pack", at("sprites"), "--columns", "2", "--out", at("walk.png")]);
    expect(out).toContain("32 x 32 px, 3 sprites");
    const { json } = await runWords(["sheet", "split", at("walk.png"), "--grid", "auto", "--json"]);
    expect(json[0]).toMatchObject({ by: "grid", grid: { cellWidth: 16, cellHeight: 16 } });
    expect(countDifferingPixels(await read("walk", "walk-03.png"), blot(16, 16, 3))).toBe(0);
  });

  it("cuts by a grid with spacing and margin, and says so", async () => {
    const { raster } = layOutGrid([blot(8, 8, 1, 0), blot(8, 8, 2, 0)], { padding: 3 });
    await writeFile(at("tiles.png"), encodePng(raster));
    const { out } = await runWords(["sheet", "split", at("tiles.png"), "--grid", "8", "--spacing", "3"]);
    expect(out).toBe(`${at("tiles.png")}  2 sprites by cells of 8 x 8 px, 3 apart, margin 0, in ${at("tiles")}\n`);
  });
});

describe("sheet pack", () => {
  it("packs the others when a picture cannot be read, and exits with 1", async () => {
    await writeSprites({ a: blot(8, 8, 1), b: blot(8, 8, 2) });
    await writeFile(at("sprites", "broken.png"), "no picture");
    const { err, out, code } = await runWords(["sheet", "pack", at("sprites"), "--out", at("atlas.png")]);
    expect(code).toBe(1);
    expect(err).toContain("broken.png: it is not a PNG, JPEG, WebP or GIF");
    expect(out).toContain("2 sprites");
  });

  it("reads pictures of other kinds: grey, indexed, JPEG", async () => {
    await mkdir(at("sprites"));
    const gray = sharp({ create: { width: 6, height: 5, channels: 3, background: "#777777" } }).grayscale();
    await gray.png().toFile(at("sprites", "gray.png"));
    const jpeg = sharp({ create: { width: 4, height: 4, channels: 3, background: "#ff0000" } });
    await jpeg.toColourspace("cmyk").jpeg().toFile(at("sprites", "cmyk.jpg"));
    const { json } = await runWords(["sheet", "pack", at("sprites"), "--out", at("atlas.png"), "--json"]);
    expect(json[0].frames).toBe(2);
  });

  it("replaces nothing without --force, neither the sheet nor its JSON", async () => {
    await writeSprites({ a: blot(8, 8, 1) });
    await writeFile(at("atlas.json"), "mine");
    const { err, code } = await runWords(["sheet", "pack", at("sprites"), "--out", at("atlas.png")]);
    expect(code).toBe(1);
    expect(err).toContain("atlas.json: it exists already; replace it with --force");
    await expect(stat(at("atlas.png"))).rejects.toThrow("ENOENT");
    expect(await readFile(at("atlas.json"), "utf8")).toBe("mine");
    expect((await runWords(["sheet", "pack", at("sprites"), "--out", at("atlas.png"), "--force"])).code).toBe(0);
  });

  it("refuses unequal sprites in columns, names that collide, sheets that are too small, and another ending", async () => {
    await writeSprites({ a: blot(8, 8, 1), b: blot(9, 8, 2) });
    const pack = (...flags: readonly string[]) =>
      runWords(["sheet", "pack", at("sprites"), "--out", at("x.png"), ...flags]);
    expect((await pack("--columns", "2")).err).toContain("sprites/b.png has 9 x 8 pixels");
    expect((await pack("--max-size", "8")).err).toContain("Cannot pack 2 sprites into 8 x 8 pixels");
    await mkdir(at("more"));
    await writeFile(at("more", "A.png"), encodePng(blot(4, 4, 3)));
    const both = await runWords(["sheet", "pack", at("sprites"), at("more"), "--out", at("x.png")]);
    expect(both.err).toContain('more/A.png together: both would be called "A"; rename one');
    expect((await runWords(["sheet", "pack", at("sprites"), "--out", at("x.json")])).err).toContain("name a .png file");
    await expect(stat(at("x.png"))).rejects.toThrow("ENOENT");
  });
});

describe("sheet split", () => {
  const atlas = (name: string) =>
    JSON.stringify({ frames: { [name]: { frame: { x: 0, y: 0, w: 4, h: 4 } } }, meta: { image: "sheet.png" } });

  it("refuses names that lead out of the folder", async () => {
    await writeFile(at("sheet.png"), encodePng(blot(8, 8, 1)));
    await writeFile(at("sheet.json"), atlas("../../evil"));
    const { err, code } = await runWords(["sheet", "split", at("sheet.png"), "--out", at("sprites")]);
    expect(code).toBe(1);
    expect(err).toContain('Cannot use the frame name "../../evil"');
    expect((await readdir(folder)).toSorted()).toEqual(["sheet.json", "sheet.png"]);
  });

  it("names frames without the ending that other programs give them", async () => {
    await writeFile(at("sheet.png"), encodePng(blot(8, 8, 1, 0)));
    await writeFile(at("other.json"), atlas("hero 0.aseprite"));
    await runWords(["sheet", "split", at("sheet.png"), "--atlas", at("other.json")]);
    expect(await readdir(at("sheet"))).toEqual(["hero 0.png"]);
  });

  it("does not guess a grid, and goes on with the next sheet", async () => {
    await writeFile(at("one.png"), encodePng(blot(30, 30, 1, 0)));
    await writeFile(at("two.png"), encodePng(layOutGrid([blot(16, 16, 1), blot(16, 16, 2)]).raster));
    const { err, out, code } = await runWords(["sheet", "split", at("one.png"), at("two.png")]);
    expect(code).toBe(1);
    expect(err).toContain("Cannot find a grid in 30 x 30 pixels: give the cells' size, or split by islands");
    expect(out).toContain("two.png  2 sprites by cells of 16 x 16 px");
  });

  it("refuses flags that do not go together, an empty sheet and noise", async () => {
    await writeFile(at("empty.png"), encodePng(createRaster(16, 16)));
    const split = async (...flags: readonly string[]) =>
      (await runWords(["sheet", "split", at("empty.png"), ...flags])).err;
    expect(await split("--grid", "8", "--islands")).toContain("Cannot split by --grid and --islands together");
    expect(await split("--spacing", "2")).toContain("Cannot use a spacing or margin alone");
    expect(await split("--merge", "2")).toContain("Cannot use --merge or --least-pixels alone");
    expect(await split("--islands")).toContain("all of it is transparent");
    expect(await split("--grid", "8")).toContain("all of it is transparent");
    const noise = createRaster(200, 200);
    for (let pixel = 0; pixel < 40_000; pixel += 2)
      noise.data[pixel * 4 + 3] = Math.floor(pixel / 200) % 2 === 1 ? 0 : 255;
    await writeFile(at("empty.png"), encodePng(noise));
    expect(await split("--islands", "--merge", "0")).toContain("it falls into 10000 parts, more than 4096");
  });

  it("replaces no file without --force, and writes none of them then", async () => {
    await writeFile(at("sheet.png"), encodePng(layOutGrid([blot(16, 16, 1), blot(16, 16, 2)]).raster));
    await mkdir(at("sheet"));
    await writeFile(at("sheet", "sheet-02.png"), "mine");
    const { err } = await runWords(["sheet", "split", at("sheet.png")]);
    expect(err).toContain("sheet-02.png: it exists already");
    expect(await readdir(at("sheet"))).toEqual(["sheet-02.png"]);
    expect((await runWords(["sheet", "split", at("sheet.png"), "--force"])).code).toBe(0);
    expect((await read("sheet", "sheet-02.png")).width).toBe(16);
  });
});
