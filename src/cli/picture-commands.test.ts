import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRaster, decodePng, encodePng } from "#pixels";
import { runWords } from "./run-words.ts";

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-pictures-"));
});
afterEach(() => rm(folder, { recursive: true }));

const colors: Readonly<Record<string, readonly number[]>> = {
  ".": [0, 0, 0, 0],
  k: [0, 0, 0, 255],
  r: [255, 0, 0, 255],
  w: [255, 255, 255, 255],
};

/** Writes a picture from characters, one a pixel. */
async function put(name: string, ...rows: readonly string[]): Promise<string> {
  const data = Uint8ClampedArray.from([...rows.join("")].flatMap((character) => colors[character]));
  await writeFile(at(name), encodePng(createRaster(rows[0].length, rows.length, data)));
  return at(name);
}

async function rowsOf(file: string): Promise<readonly string[]> {
  const { width, height, data } = decodePng(await readFile(file));
  const characterOf = (pixel: string) => Object.keys(colors).find((key) => colors[key].join() === pixel) ?? "?";
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      characterOf(data.slice((y * width + x) * 4, (y * width + x) * 4 + 4).join()),
    ).join(""),
  );
}

/** Steps of a line that are two pixels thick at their corners, and a line without. */
const doubledStair = ["....k.k....", "..kkk..k...", ".kk.....k..", "kk.......k.", "k.........k"];

describe("each command", () => {
  it.each<[string[], string[], string[], string, object]>([
    [["trim"], ["....", ".rk.", "...."], ["rk"], "-trimmed", { before: { width: 4, height: 3 } }],
    [["trim", "--margin", "1"], ["r"], ["...", ".r.", "..."], "-trimmed", { width: 3, height: 3 }],
    [["background", "remove"], ["www", "wrw", "www"], ["...", ".r.", "..."], "-cutout", { removedPixels: 8 }],
    [
      ["background", "remove", "--holes", "1"],
      ["wwwww", "wrrrw", "wrwrw", "wrrrw", "wwwww"],
      [".....", ".rrr.", ".r.r.", ".rrr.", "....."],
      "-cutout",
      { removedPixels: 17, colors: 1 },
    ],
    [["outline", "add"], ["...", ".r.", "..."], [".k.", "krk", ".k."], "-outlined", { outlinePixels: 4 }],
    [
      ["outline", "add", "-c", "fff", "--neighbors", "8", "--grow"],
      ["r"],
      ["www", "wrw", "www"],
      "-outlined",
      { outlinePixels: 8 },
    ],
    [
      ["outline", "remove"],
      ["kkk.", "krk.", "kkk."],
      ["....", ".r..", "...."],
      "-unlined",
      { removedPixels: 8, color: "#000000" },
    ],
    [["outline", "remove", "--color", "any", "--neighbors", "4"], ["krk."], ["...."], "-unlined", { color: "any" }],
    [["scale"], ["rk"], ["rrkk", "rrkk"], "-2x", { factor: 2, method: "nearest" }],
    [["scale", "--factor", "3"], ["r"], ["rrr", "rrr", "rrr"], "-3x", { factor: 3 }],
    [["scale", "--method", "scale3x"], ["r"], ["rrr", "rrr", "rrr"], "-3x", { factor: 3, method: "scale3x" }],
    [
      ["cleanup"],
      ["..........", "....r.....", "..rrrrrr..", "..rrrrrr..", ".........."],
      ["..........", "..........", "..rrrrrr..", "..rrrrrr..", ".........."],
      "-clean",
      { jaggies: 1, orphans: 0, changes: [{ kind: "jaggies", x: 4, y: 1, from: "#ff0000", to: "transparent" }] },
    ],
    [["cleanup", "--no-jaggies"], doubledStair, doubledStair, "-clean", { doubles: 0, changes: [] }],
    [
      ["cleanup", "--doubles", "--no-jaggies"],
      doubledStair,
      ["....k.k....", "...kk..k...", "..k.....k..", "kk.......k.", "k.........k"],
      "-clean",
      { doubles: 2 },
    ],
  ])("%j", async (inputs, before, after, suffix, facts) => {
    const source = await put("art.png", ...before);
    const { json, code, err } = await runWords([...inputs, source, "--json"]);
    expect([code, err]).toEqual([0, ""]);
    expect(json).toEqual([expect.objectContaining({ source, file: at(`art${suffix}.png`), recipe: "none", ...facts })]);
    expect(await rowsOf(at(`art${suffix}.png`))).toEqual(after);
    expect(await rowsOf(source)).toEqual(before);
  });

  it("says what it did in a line, and shows the picture on a terminal", async () => {
    const source = await put("art.png", "www", "wrw", "www");
    const { out } = await runWords(["background", "remove", source], { isTTY: true });
    expect(out).toMatch(/[▀▄]/);
    expect(out).toContain(`${at("art-cutout.png")}  3 x 3 px, 8 pixels removed\n`);
    const again = await runWords([
      "background",
      "remove",
      at("art-cutout.png"),
      "--force",
      "--out",
      at("art-cutout.png"),
    ]);
    expect(again.out).toBe(`${at("art-cutout.png")}  3 x 3 px, 0 pixels removed, unchanged\n`);
    expect((await runWords(["cleanup", source])).out).toContain("1 pixel for orphans, 0 pixels for jaggies\n");
    expect((await runWords(["trim", at("art-cutout.png")])).out).toContain("1 x 1 px, from 3 x 3");
    expect((await runWords(["outline", "add", at("art-cutout.png")])).out).toContain("4 pixels of outline");
    expect((await runWords(["outline", "remove", source, "-c", "#fff"])).out).toContain("8 pixels of #ffffff removed");
    expect((await runWords(["scale", source, "-m", "xbr"])).out).toContain("6 x 6 px, 2 times by xbr");
  });
});

describe("bad input", () => {
  it.each<[string[], number, string]>([
    [["scale", "--factor", "0"], 1, "Cannot scale by 0"],
    [["scale", "--method", "scale2x", "--factor", "3"], 1, "Cannot scale by 3 with scale2x: give 2, 4 or 8"],
    [["scale", "--method", "hq4x"], 2, "hq4x"],
    [["background", "remove", "--tolerance", "7"], 1, "Cannot use tolerance 7: give a number from 0 to 1"],
    [["background", "remove", "--color", "mauve"], 1, 'Cannot read the color "mauve": write it as #rrggbb'],
    [["outline", "add", "--color", "darker"], 1, 'Cannot read the color "darker": write it as #rrggbb'],
    [["outline", "add", "--neighbors", "6"], 2, "6"],
    [["trim", "--margin", "-1"], 1, "Cannot leave a margin of -1"],
    [["cleanup", "--no-orphans", "--no-jaggies"], 1, "Cannot clean nothing up"],
  ])("%j", async (inputs, code, sentence) => {
    const source = await put("art.png", "...", ".r.", "...");
    const outcome = await runWords([...inputs, source]);
    expect([outcome.code, outcome.out]).toEqual([code, ""]);
    expect(outcome.err).toContain(sentence);
    expect(await readdir(folder)).toEqual(["art.png"]);
  });

  it("is told for each file by name, with a code, while the others go on", async () => {
    const art = at("art");
    await mkdir(art);
    const png = sharp({ create: { width: 4, height: 4, channels: 3, background: "#f00" } });
    const write = async (name: string, bytes: Uint8Array) => writeFile(join(art, name), bytes);
    await write("01-empty.png", new Uint8Array(0));
    await write("02-text.png", Buffer.from("no picture"));
    await write("03-cut.png", (await png.clone().png().toBuffer()).subarray(0, 50));
    await write("04-deep.png", await png.clone().toColourspace("rgb16").png().toBuffer());
    const frames = await sharp({ create: { width: 2, height: 4, channels: 4, background: "#f00" } })
      .raw()
      .toBuffer();
    await write(
      "05-animated.gif",
      await sharp(frames, { raw: { width: 2, height: 4, channels: 4, pageHeight: 2 } })
        .gif({ loop: 0 })
        .toBuffer(),
    );
    await write("06-clear.png", encodePng(createRaster(3, 3)));
    await write("07-cmyk.jpg", await png.clone().toColourspace("cmyk").jpeg().toBuffer());
    await write("08-grey.png", await png.clone().greyscale().png().toBuffer());
    await write("09-indexed.png", await png.clone().png({ palette: true }).toBuffer());
    await write("10-one.png", encodePng(createRaster(1, 1, Uint8ClampedArray.of(9, 9, 9, 255))));
    const { json, code, err } = await runWords(["trim", art, "--out", at("out"), "--json"]);
    expect([code, err]).toEqual([1, ""]);
    expect(json.map(({ error, file }) => error?.code ?? file.slice(at("out/").length))).toEqual([
      "not-a-picture",
      "not-a-picture",
      "truncated",
      "too-deep",
      expect.stringMatching(/animated|05-animated\.png/),
      "nothing-visible",
      "07-cmyk.png",
      "08-grey.png",
      "09-indexed.png",
      "10-one.png",
    ]);
  });
});
