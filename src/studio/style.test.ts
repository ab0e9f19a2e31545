import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRaster, decodePng, encodePng, type Raster } from "#pixels";
import { type CheckStyleEvent, checkStyleOf, learnStyleFrom } from "./style.ts";
import { formatStyleFile, readStyleFile } from "./style-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-style-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

/** A square in a black line, in one of two colours of the game's. */
function square(rgb: readonly number[], line = [0, 0, 0]): Raster {
  const raster = createRaster(12, 12);
  for (let y = 1; y < 11; y++)
    for (let x = 1; x < 11; x++) {
      const isLine = x === 1 || y === 1 || x === 10 || y === 10;
      raster.data.set([...(isLine ? line : rgb), 255], (y * 12 + x) * 4);
    }
  return raster;
}

const red = [200, 60, 60];
const blue = [60, 60, 200];

async function put(name: string, raster: Raster): Promise<void> {
  await mkdir(join(at(name), ".."), { recursive: true });
  await writeFile(at(name), encodePng(raster));
}

async function learn(paths: readonly string[], options: { readonly force?: boolean } = {}) {
  return Array.fromAsync(learnStyleFrom(paths.map(at), { out: at("style.json"), ...options }));
}

async function check(paths: readonly string[], options: { readonly report?: string; readonly force?: boolean } = {}) {
  return Array.fromAsync(checkStyleOf(paths.map(at), { style: at("style.json"), ...options }));
}

const outcome = (event: CheckStyleEvent) =>
  event.kind === "failed" ? (event.error as { code: string }).code : event.faults.map(({ check }) => check).join(" ");

beforeEach(async () => {
  for (let index = 0; index < 10; index++) await put(`art/${index}.png`, square(index % 2 === 0 ? red : blue));
});

describe("learnStyleFrom", () => {
  it("writes a file that is read back as it was, and passes what it was learned from", async () => {
    const events = await learn(["art"]);
    const [event] = events;
    if (event.kind !== "learned") throw event.error;
    expect(events).toHaveLength(1);
    expect(await readStyleFile(at("style.json"))).toEqual(event.style);
    expect(event.style).toMatchObject({
      pictures: 10,
      palette: {
        colors: [
          { color: "#3c3cc8", share: 0.32 },
          { color: "#c83c3c", share: 0.32 },
          { color: "#000000", share: 0.36 },
        ].toSorted((a, b) => b.share - a.share),
        tolerance: 0,
      },
      outline: { habit: "black" },
    });
    expect((await check(["art"])).map(outcome)).toEqual(Array.from({ length: 10 }, () => ""));
  });

  it("leaves out what cannot be read or shows nothing, and tells it", async () => {
    await put("art/empty.png", createRaster(4, 4));
    await writeFile(at("art/broken.png"), "none");
    const events = await learn(["art", "nosuch"]);
    expect(
      events.map((event) => (event.kind === "failed" ? (event.error as { code: string }).code : "learned")),
    ).toEqual(["not-a-picture", "nothing-visible", "missing", "learned"]);
  });

  it("never writes over a file without force, and tells so before it reads", async () => {
    await writeFile(at("style.json"), "mine");
    await expect(learn(["art"])).rejects.toThrow(/style\.json: it exists already; replace it with --force/);
    expect(await readFile(at("style.json"), "utf8")).toBe("mine");
    await learn(["art"], { force: true });
    expect((await readStyleFile(at("style.json"))).pictures).toBe(10);
  });

  it("refuses to learn from nothing", async () => {
    await put("none/empty.png", createRaster(4, 4));
    await expect(learn(["none"])).rejects.toThrow(/^Cannot learn a style from .*none: none of it is a picture/);
    expect(await readdir(folder)).not.toContain("style.json");
  });

  it("ends when it is cancelled", async () => {
    const signal = AbortSignal.abort(new DOMException("Cancelled", "AbortError"));
    const events = learnStyleFrom([at("art")], { out: at("style.json"), signal });
    await expect(Array.fromAsync(events)).rejects.toThrow("Cancelled");
  });
});

describe("checkStyleOf", () => {
  beforeEach(() => learn(["art"]));

  it("says what is off, and writes a picture that shows it", async () => {
    await put("new/good.png", square(red));
    await put("new/green.png", square([60, 200, 60]));
    await put("new/open.png", square(blue, blue));
    const events = await check(["new"], { report: at("off") });
    expect(events.map(outcome)).toEqual(["", "palette", "outline"]);
    expect((await readdir(at("off"))).sort()).toEqual(["green-style.png", "open-style.png"]);
    expect(decodePng(await readFile(at("off/green-style.png"))).width).toBeGreaterThan(300);
    expect(events[1]).toMatchObject({
      report: at("off/green-style.png"),
      strayColors: [{ color: "#3cc83c", pixels: 64 }],
    });
  });

  it("writes no picture without a report, nor over one without force", async () => {
    await put("green.png", square([60, 200, 60]));
    expect(await check(["green.png"])).toMatchObject([{ report: undefined, marked: { height: expect.any(Number) } }]);
    await put("off/green-style.png", square(red));
    expect((await check(["green.png"], { report: at("off") })).map(outcome)).toEqual(["exists"]);
    expect((await check(["green.png"], { report: at("off"), force: true })).map(outcome)).toEqual(["palette"]);
  });

  it("tells of what cannot be read, and goes on", async () => {
    await put("empty.png", createRaster(4, 4));
    expect((await check(["nosuch.png", "empty.png", "art/1.png"])).map(outcome)).toEqual([
      "missing",
      "nothing-visible",
      "",
    ]);
  });
});

describe("readStyleFile", () => {
  it.each([
    ["no JSON", "{", "it is no JSON"],
    ["another format", JSON.stringify({ format: 2 }), "format: "],
    ["missing parts", JSON.stringify({ format: 1, pictures: 3 }), "palette: "],
  ])("refuses %s", async (_name, text, reason) => {
    await writeFile(at("style.json"), text);
    const message = new RegExp(`^Cannot use .*style\\.json as a style: ${reason}.*; make one with style learn$`);
    await expect(readStyleFile(at("style.json"))).rejects.toThrow(message);
  });

  it("refuses a file that is not there, and a palette that is none", async () => {
    await expect(readStyleFile(at("nosuch.json"))).rejects.toThrow("it does not exist");
    await learn(["art"]);
    const style = await readStyleFile(at("style.json"));
    await writeFile(at("style.json"), formatStyleFile({ ...style, palette: { ...style.palette, colors: [] } }));
    await expect(readStyleFile(at("style.json"))).rejects.toThrow("palette.colors: ");
  });
});
