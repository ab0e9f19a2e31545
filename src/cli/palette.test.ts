import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { countColors, createRaster, decodePng, ditherMethods, encodePng, type Raster } from "#pixels";
import { ditherNames } from "./palette-routes.ts";
import { runWords } from "./run-words.ts";

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-palette-"));
  await writeFile(at("ramp.png"), encodePng(ramp(0)));
  await writeFile(at("other.png"), encodePng(ramp(90)));
});
afterEach(() => rm(folder, { recursive: true }));

/** 256 colours, red growing to the right and green downwards. */
function ramp(blue: number): Raster {
  const raster = createRaster(16, 16);
  for (let pixel = 0; pixel < 256; pixel++)
    raster.data.set([(pixel % 16) * 17, (pixel >> 4) * 17, blue, 255], pixel * 4);
  return raster;
}

const picture = async (name: string) => decodePng(await readFile(at(name)));

test("the command line knows every way of dithering", () => {
  expect(ditherNames).toEqual(ditherMethods);
});

describe("palette list and show", () => {
  it("name the built-in palettes with their colors", async () => {
    const { out, json } = await runWords(["palette", "list", "--json"]);
    expect(out).toContain('"pico-8"');
    expect(json.find(({ name }) => name === "gameboy").colors).toHaveLength(4);
    expect((await runWords(["palette", "list"])).out).toMatch(/^gameboy +4 /m);
    expect((await runWords(["palette", "list"], { isTTY: true })).out).toContain("\u001b[48;2;");
    expect((await runWords(["palette", "show", "gameboy"])).out).toBe("#0f380f\n#306230\n#8bac0f\n#9bbc0f\n");
    expect((await runWords(["palette", "show", "gameboy"], { isTTY: true })).out).toMatch(/^gameboy, 4 colors\n.*▀/);
  });

  it("write every format, which is read back, and nothing over a file without --force", async () => {
    for (const ending of ["hex", "gpl", "pal", "png"]) {
      const file = at(`p.${ending}`);
      expect((await runWords(["palette", "show", "pico-8", "--out", file])).out).toBe(`${file}  pico-8, 16 colors\n`);
      const [{ colors }] = (await runWords(["palette", "show", file, "--json"])).json;
      expect(colors).toEqual((await runWords(["palette", "show", "pico-8", "--json"])).json[0].colors);
    }
    const refused = await runWords(["palette", "show", "nes", "--out", at("p.hex")]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("it exists already")]);
    expect((await runWords(["palette", "show", "nes", "--out", at("p.hex"), "--force"])).code).toBe(0);
  });

  it.each([
    [["show", "nosuch"], 1, 'Cannot find the palette "nosuch"'],
    [["show", "nosuch.hex"], 1, "Cannot read the palette nosuch.hex: there is no such file"],
    [["show", "nes", "--out", "x.bmp"], 1, "Cannot write a palette to x.bmp: end its name in .hex, .gpl, .pal or .png"],
    [["show", "nes", "db16", "--out", "x.hex"], 2, "Cannot write 2 palettes to one file"],
    [["extract", "nosuch.png", "--out", "x.bmp"], 1, "Cannot write a palette to x.bmp"],
    [["apply", "nosuch.png"], 1, "Cannot apply a palette without one: give --palette NAME|FILE, or --colors N"],
    [["apply", "nosuch.png", "-p", "nes", "-d", "sparkle"], 2, "sparkle"],
    [["sort", "nes", "--by", "age"], 2, "age"],
  ])("refuse %j", async (inputs, code, sentence) => {
    const outcome = await runWords(["palette", ...inputs]);
    expect(outcome.err).toContain(sentence);
    expect([outcome.code, outcome.out]).toEqual([code, ""]);
  });

  it("tell of palettes with too many colors or none", async () => {
    const many = Array.from({ length: 5000 }, (_, index) => index.toString(16).padStart(6, "0")).join("\n");
    await writeFile(at("many.hex"), many);
    await writeFile(at("none.hex"), "; nothing\n");
    expect((await runWords(["palette", "show", at("many.hex")])).err).toContain(
      "it has 5000 colors; give one with 1 to 256",
    );
    expect((await runWords(["palette", "show", at("none.hex")])).err).toContain("it has 0 colors");
  });
});

describe("palette extract", () => {
  it("takes exactly as many colors as wanted from all pictures together", async () => {
    for (const count of [1, 7, 32]) {
      const { json } = await runWords(["palette", "extract", folder, "--colors", String(count), "--json"]);
      expect(json).toEqual([expect.objectContaining({ pictures: 2, colorsInAll: 512 })]);
      expect(new Set(json[0].colors).size).toBe(count);
    }
  });

  it("writes the palette and names it", async () => {
    const inputs = ["palette", "extract", at("ramp.png"), "-n", "4", "--name", "dusk", "--out", at("new/dusk.gpl")];
    expect((await runWords(inputs)).out).toBe(`${at("new/dusk.gpl")}  dusk, 4 colors\n`);
    expect(await readFile(at("new/dusk.gpl"), "utf8")).toContain("Name: dusk\n");
    expect((await runWords(["palette", "extract", at("ramp.png"), "--json"])).json[0].name).toBe("ramp");
    expect((await runWords(["palette", "extract", `${folder}/.`, "--json"])).json[0].name).toBe(basename(folder));
  });

  it("says when there are fewer, tells of pictures it cannot read, and of nothing visible", async () => {
    await writeFile(
      at("few.png"),
      encodePng(
        createRaster(
          2,
          2,
          Uint8ClampedArray.from({ length: 16 }, () => 255),
        ),
      ),
    );
    const few = await runWords(["palette", "extract", at("few.png"), at("nosuch.png"), "-n", "8"]);
    expect([few.code, few.out]).toEqual([1, "#ffffff\n"]);
    expect(few.err).toContain("nosuch.png: it does not exist");
    expect(few.err).toContain("note: there are only 1 colors in all");
    await writeFile(at("clear.png"), encodePng(createRaster(2, 2)));
    expect((await runWords(["palette", "extract", at("clear.png")])).err).toContain(
      "all of the picture is transparent",
    );
    expect((await runWords(["palette", "extract", at("few.png"), "-n", "300"])).err).toContain("Cannot reduce to 300");
  });
});

describe("palette apply", () => {
  it("gives pictures the palette's colors, dithered or not", async () => {
    const { out, code } = await runWords(["palette", "apply", at("ramp.png"), "-p", "gameboy"]);
    expect([code, out]).toEqual([0, `${at("ramp-gameboy.png")}  16 x 16 px, 4 colors of gameboy\n`]);
    await runWords(["palette", "apply", at("ramp.png"), "-p", "gameboy", "-d", "bayer-4", "--out", at("bayer.png")]);
    expect(countColors(await picture("bayer.png"))).toBeLessThanOrEqual(4);
    expect((await picture("bayer.png")).data).not.toEqual((await picture("ramp-gameboy.png")).data);
  });

  it("uses only the best colors of the palette with --colors", async () => {
    const { json } = await runWords(["palette", "apply", at("ramp.png"), "-p", "db32", "-n", "5", "--json"]);
    expect(json[0]).toMatchObject({ palette: "dawnbringer-32", colors: 5, recipe: "none", changed: true });
  });

  it("shares one palette among all pictures without a palette", async () => {
    const { json } = await runWords(["palette", "apply", folder, "-n", "6", "--out", at("six"), "--json"]);
    expect(json.map(({ file }) => file)).toEqual([at("six/other.png"), at("six/ramp.png")]);
    const [other, ramp] = await Promise.all((await readdir(at("six"))).sort().map((name) => picture(`six/${name}`)));
    const both = createRaster(16, 32, Uint8ClampedArray.from([...other.data, ...ramp.data]));
    expect(countColors(both)).toBe(6);
  });

  it("goes on when a picture cannot be read", async () => {
    await writeFile(at("broken.png"), "no picture");
    const { json, code } = await runWords(["palette", "apply", folder, "-p", "1-bit", "--json"]);
    expect(code).toBe(1);
    expect(json.map(({ error }) => error?.code)).toEqual(["not-a-picture", undefined, undefined]);
  });
});

describe("palette sort and compare", () => {
  it("sort by hue, lightness or chroma, both ways", async () => {
    const colors = async (...inputs: string[]) =>
      (await runWords(["palette", "sort", "gameboy", ...inputs])).out.split("\n");
    expect(await colors("--by", "lightness")).toEqual(["#0f380f", "#306230", "#8bac0f", "#9bbc0f", ""]);
    expect(await colors("--by", "lightness", "--reverse")).toEqual(["#9bbc0f", "#8bac0f", "#306230", "#0f380f", ""]);
  });

  it("tell what two palettes share and how far they are apart", async () => {
    await writeFile(at("a.hex"), "000000\nff0000\n");
    await writeFile(at("b.hex"), "000000\nffffff\n");
    const { out } = await runWords(["palette", "compare", at("a.hex"), at("b.hex")]);
    expect(out).toMatch(/^1 colors in both, 1 only in a, 1 only in b\n/);
    expect(out).toMatch(/#ff0000 of a is nearest to #ffffff of b: 0\.4\d\d\n/);
    const [json] = (await runWords(["palette", "compare", "pico-8", "pico-8", "--json"])).json;
    expect(json).toMatchObject({ first: "pico-8", greatestDistance: 0, onlyInFirst: [] });
  });
});
