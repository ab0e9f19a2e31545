import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeSprite, parseRequest, type Recipe, readRecipe } from "#asset";
import { countColors, createRaster, decodePng, encodeGif, encodePng, type Raster, scaleInteger } from "#pixels";
import { sizeFrom } from "./picture-routes.ts";
import { runWords } from "./run-words.ts";

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-fix-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Twelve colours in no order, opaque. */
function patchwork(width: number, height: number, seed = 1): Raster {
  const raster = createRaster(width, height);
  let state = seed;
  for (let pixel = 0; pixel < width * height; pixel++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const color = (state >>> 20) % 12;
    raster.data.set([color * 23, 255 - color * 17, (color * 91) % 256, 255], pixel * 4);
  }
  return raster;
}

const sprite = patchwork(16, 12);
const big = encodePng(scaleInteger(sprite, 6));
const read = async (name: string) => decodePng(await readFile(at(name)));

/** Few cells of chance under much noise: it may be blocks of several sizes. */
function fog(): Raster {
  const raster = createRaster(60, 60);
  let state = 9;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const greys = Array.from({ length: 100 }, next);
  for (let pixel = 0; pixel < 3600; pixel++) {
    const cell = Math.floor((pixel % 60) / 6) + 10 * Math.floor(pixel / 360);
    const light = 60 + 90 * greys[cell] + 45 * next();
    raster.data.set([light, light, light, 255], pixel * 4);
  }
  return raster;
}

describe("fix", () => {
  it("gives the native pixels beside the picture, and says what it found", async () => {
    await writeFile(at("big.png"), big);
    const { out, code } = await runWords(["fix", at("big.png")]);
    expect(code).toBe(0);
    expect(out).toMatch(/big-fixed\.png {2}16 x 12 px, cells of 6 x 6 px from 0, 0 \(\d+ % sure\), 12 colors\n$/);
    expect(await read("big-fixed.png")).toEqual(sprite);
  });

  it("leaves native art as it is, pixel for pixel", async () => {
    await writeFile(at("native.png"), encodePng(sprite));
    const { json } = await runWords(["fix", at("native.png"), "--json"]);
    expect(json).toMatchObject([{ width: 16, height: 12, changed: false, native: true, colors: 12 }]);
    expect(await read("native-fixed.png")).toEqual(sprite);
  });

  it("tells programs the grid, its confidence and what else it may be", async () => {
    await writeFile(at("big.png"), big);
    const { json } = await runWords(["fix", at("big.png"), "--json"]);
    expect(json).toEqual([
      expect.objectContaining({
        file: at("big-fixed.png"),
        native: false,
        grid: { width: 16, height: 12, cellWidth: 6, cellHeight: 6, left: 0, top: 0, confidence: expect.any(Number) },
      }),
    ]);
    expect(json[0].alternatives[0]).toEqual(json[0].grid);
    expect(json[0].grid.confidence).toBeGreaterThan(0.9);
  });

  it("takes folders, keeps their names, and goes on after what cannot be read", async () => {
    await mkdir(at("in/deep"), { recursive: true });
    await writeFile(at("in/a.png"), big);
    await writeFile(at("in/deep/b.png"), encodePng(scaleInteger(patchwork(9, 9), 5)));
    await writeFile(at("in/cut.png"), big.subarray(0, 200));
    await writeFile(at("in/empty.png"), new Uint8Array());
    const moving = { frames: [patchwork(8, 8), patchwork(8, 8, 2)], durationsMs: [100, 120] };
    await writeFile(at("in/moving.gif"), encodeGif(moving));
    await sharp({ create: { width: 9, height: 9, channels: 3, background: "#123456" } })
      .toColourspace("rgb16")
      .png()
      .toFile(at("in/deep16.png"));
    const { err, code } = await runWords(["fix", at("in"), "--out", at("out")]);
    expect(code).toBe(1);
    expect(err).toContain("cut.png: it ends too early");
    expect(err).toContain("empty.png: it is empty");
    expect(err).toContain("moving.gif: it is animated");
    expect(err).toContain("deep16.png: it has 16 bits a channel");
    expect(await read("out/a.png")).toEqual(sprite);
    expect(await read("out/deep/b.png")).toEqual(patchwork(9, 9));
  });

  it("reads greyscale, indexed and CMYK pictures", async () => {
    const grey = patchwork(14, 14);
    for (let index = 0; index < grey.data.length; index += 4) grey.data.fill(grey.data[index], index, index + 3);
    await sharp(encodePng(scaleInteger(grey, 4)))
      .toColourspace("b-w")
      .png()
      .toFile(at("grey.png"));
    await sharp(big).png({ palette: true, colours: 16, dither: 0 }).toFile(at("indexed.png"));
    await sharp(encodePng(scaleInteger(sprite, 8)))
      .toColourspace("cmyk")
      .jpeg({ quality: 95 })
      .toFile(at("cmyk.jpg"));
    const { json, code } = await runWords(["fix", at("grey.png"), at("indexed.png"), at("cmyk.jpg"), "--json"]);
    expect(code).toBe(0);
    expect(json.map(({ width, height }) => [width, height])).toEqual([
      [14, 14],
      [16, 12],
      [16, 12],
    ]);
    expect(await read("grey-fixed.png")).toEqual(grey);
  });

  it("writes nothing when it is unsure, but lists what to pick from", async () => {
    await writeFile(at("fog.png"), encodePng(fog()));
    const refused = await runWords(["fix", at("fog.png")]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^Cannot be sure of the pixel grid of .*fog\.png \(60 x 60 px\): choose --pick 1 for /);
    expect(refused.err).toContain("--pick 2 for ");
    expect(refused.err).not.toContain("(0 %)");
    expect(await readdir(folder)).toEqual(["fog.png"]);
    const [{ error, alternatives }] = (await runWords(["fix", at("fog.png"), "--json"])).json;
    expect(error.code).toBe("unsure");
    const picked = await runWords(["fix", at("fog.png"), "--pick", "2", "--json"]);
    expect(picked.json[0]).toMatchObject({ width: alternatives[1].width, height: alternatives[1].height });
    const sized = await runWords(["fix", at("fog.png"), "--size", "10x12", "--force", "--json"]);
    expect(sized.json[0]).toMatchObject({ width: 10, height: 12 });
  });

  it("reduces colors, by number, by itself, or to a palette", async () => {
    await writeFile(at("big.png"), big);
    const colorsOf = async (...flags: string[]) => {
      await runWords(["fix", at("big.png"), "--force", ...flags]);
      return countColors(await read("big-fixed.png"));
    };
    expect(await colorsOf("--colors", "5")).toBe(5);
    expect(await colorsOf("--colors", "auto")).toBe(12);
    expect(await colorsOf("--palette", "gameboy")).toBeLessThanOrEqual(4);
    expect(await colorsOf("--palette", "pico-8", "--colors", "3")).toBe(3);
  });

  it("keeps a sprite's recipe, with the grid as its last step", async () => {
    const recipe: Recipe = {
      format: 1,
      generator: { name: "sprite", model: "sprite", version: "0.1.0", hash: "ab".repeat(32) },
      request: { ...parseRequest({ prompt: "patchwork", seed: 7 }), steps: 8, guidance: 3 },
      finishing: [{ step: "alpha", threshold: 128 }],
      software: "dgx-pixels 0.1.0",
    };
    await writeFile(at("made.png"), encodeSprite(scaleInteger(sprite, 6), recipe));
    await writeFile(at("native.png"), encodeSprite(sprite, recipe));
    const { json } = await runWords(["fix", at("made.png"), at("native.png"), "--json"]);
    expect(json.map((row) => row.recipe)).toEqual(["kept", "kept"]);
    expect(readRecipe(await readFile(at("made-fixed.png"))).finishing).toEqual([
      ...recipe.finishing,
      { step: "grid", size: { width: 16, height: 12 } },
    ]);
    expect(readRecipe(await readFile(at("native-fixed.png")))).toEqual(recipe);
  });

  it("overwrites nothing without --force", async () => {
    await writeFile(at("big.png"), big);
    await writeFile(at("big-fixed.png"), "mine");
    const { err, code } = await runWords(["fix", at("big.png")]);
    expect([code, err]).toEqual([1, expect.stringContaining("it exists already")]);
    expect(await readFile(at("big-fixed.png"), "utf8")).toBe("mine");
  });

  it.each([
    [["--size", "32by32"], "give auto, a width such as 32, or width and height such as 32x48"],
    [["--size", "16", "--pick", "1"], "Cannot use a size and a pick together"],
    [["--size", "97"], "Cannot recover 97 cells from a picture of 96 x 72"],
    [["--pick", "7"], "Cannot pick grid 7"],
    [["--colors", "auto", "--palette", "nes"], "Cannot choose colors by themselves and from the palette nes"],
    [["--palette", "nosuch"], 'Cannot find the palette "nosuch"'],
  ])("refuses %j", async (flags, message) => {
    await writeFile(at("big.png"), big);
    const { err, code } = await runWords(["fix", at("big.png"), ...flags]);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
    expect(await readdir(folder)).toEqual(["big.png"]);
  });
});

it("a size is auto, a width, or width and height", () => {
  expect([sizeFrom("auto"), sizeFrom("32"), sizeFrom("32x48")]).toEqual(["auto", 32, { width: 32, height: 48 }]);
});
