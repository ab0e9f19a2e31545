import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createRaster,
  decodeApng,
  decodeAseprite,
  decodePng,
  encodeApng,
  encodeGif,
  encodePng,
  type Raster,
} from "#pixels";
import { type AnimateEvent, type AnimateFilesOptions, animateFiles } from "./animate.ts";
import { type CheckedAnimation, checkAnimations } from "./check-animations.ts";
import { readAnimations } from "./read-animation.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-animate-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

/** A little house of two colours. */
function house(width = 8): Raster {
  const raster = createRaster(width, 8);
  for (let y = 2; y < 8; y++)
    for (let x = 1; x < width - 1; x++)
      raster.data.set(y < 4 ? [200, 40, 40, 255] : [90, 80, 70, 255], (y * width + x) * 4);
  return raster;
}

async function put(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(at(name), ".."), { recursive: true });
    await writeFile(at(name), encodePng(house()));
  }
}

async function animate(paths: readonly string[], options: Partial<AnimateFilesOptions> = {}): Promise<AnimateEvent[]> {
  return Array.fromAsync(animateFiles(paths.map(at), { kinds: ["idle"], ...options }));
}

const outcome = (event: AnimateEvent) =>
  event.kind === "animated"
    ? event.files.map((file) => file.slice(folder.length + 1)).join(" ")
    : (event.error as { code: string }).code;

describe("animateFiles", () => {
  it("writes a sheet with its JSON beside each sprite, in Aseprite's shape", async () => {
    await put("house.png");
    const [event] = await animate(["house.png"], { kinds: ["bounce", "spin"] });
    expect(outcome(event)).toBe("house-bounce-spin.png house-bounce-spin.json");
    const { frames, meta } = JSON.parse(await readFile(at("house-bounce-spin.json"), "utf8"));
    expect(Object.keys(frames).slice(0, 2)).toEqual(["house 0.png", "house 1.png"]);
    expect(frames["house 0.png"]).toMatchObject({ duration: 80, rotated: false, trimmed: false });
    expect(meta).toMatchObject({
      image: "house-bounce-spin.png",
      frameTags: [
        { name: "bounce", from: 0, to: 9, direction: "forward" },
        { name: "spin", from: 10, to: 17, direction: "forward" },
      ],
    });
    // A row for each kind.
    expect(frames["house 10.png"].frame).toEqual({ ...frames["house 0.png"].frame, y: meta.size.h / 2 });
    const sheet = decodePng(await readFile(at("house-bounce-spin.png")));
    expect([sheet.width, sheet.height]).toEqual([meta.size.w, meta.size.h]);
  });

  it("writes what the ending says, or several formats into a folder", async () => {
    await put("art/a.png", "art/b.png");
    expect((await animate(["art/a.png"], { out: at("x/coin.ase") })).map(outcome)).toEqual(["x/coin.ase"]);
    expect(decodeAseprite(await readFile(at("x/coin.ase"))).tags).toMatchObject([{ name: "idle", from: 0, to: 7 }]);
    const events = await animate(["art"], { out: at("new"), formats: ["gif", "apng"] });
    expect(events.map(outcome)).toEqual(["new/a-idle.gif new/a-idle.apng", "new/b-idle.gif new/b-idle.apng"]);
  });

  it("loops, but for what ends elsewhere; plays says otherwise", async () => {
    await put("a.png");
    const playsOf = async (options: Partial<AnimateFilesOptions>) => {
      await animate(["a.png"], { out: at("a.apng"), force: true, ...options });
      return decodeApng(await readFile(at("a.apng"))).plays;
    };
    expect(await playsOf({})).toBe(0);
    expect(await playsOf({ kinds: ["dissolve"] })).toBe(1);
    expect(await playsOf({ kinds: ["dissolve", "appear", "idle"] })).toBe(0);
    expect(await playsOf({ kinds: ["dissolve"], plays: 5 })).toBe(5);
  });

  it("lays all frames out one after the other in as many columns as are asked for", async () => {
    await put("a.png");
    await animate(["a.png"], { kinds: ["bounce", "spin"], columns: 6, out: at("a.sheet.png") });
    const { frames, meta } = JSON.parse(await readFile(at("a.sheet.json"), "utf8"));
    const { w, h } = frames["a 0.png"].frame;
    expect(meta.size).toEqual({ w: w * 6, h: h * 3 });
    expect(frames["a 10.png"].frame).toEqual({ x: w * 4, y: h, w, h });
  });

  it("enlarges by a whole factor", async () => {
    await put("a.png");
    const [event] = await animate(["a.png"], { out: at("a.gif"), scale: 3 });
    expect(event.kind === "animated" && event.animation.frames[0].height).toBe(24);
  });

  it("never writes over a file without force, not even one of the two of a sheet", async () => {
    await put("a.png");
    await writeFile(at("a-idle.json"), "mine");
    expect((await animate(["a.png"])).map(outcome)).toEqual(["exists"]);
    expect((await readdir(folder)).sort()).toEqual(["a-idle.json", "a.png"]);
    expect((await animate(["a.png"], { force: true })).map(outcome)).toEqual(["a-idle.png a-idle.json"]);
  });

  it("tells of what cannot be animated, and goes on", async () => {
    await put("b.png");
    await writeFile(at("a.png"), encodePng(createRaster(4, 4)));
    await writeFile(
      at("c.png"),
      encodeApng({ frames: [house(), house(), createRaster(8, 8)], durationsMs: [9, 9, 9] }),
    );
    await writeFile(at("d.png"), "no picture");
    await writeFile(at("e.png"), encodePng(house(600)));
    expect((await animate(["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"])).map(outcome)).toEqual([
      "nothing-visible",
      "b-idle.png b-idle.json",
      "animated",
      "not-a-picture",
      "invalid-argument",
      "missing",
    ]);
  });

  it("leaves out what earlier runs wrote beside the sprites, unless it is named", async () => {
    await put("art/a.png", "art/b-idle.png");
    await animate(["art"], { formats: ["sheet", "gif"] });
    expect((await animate(["art"], { kinds: ["float", "spin"], formats: ["gif"] })).map(outcome)).toEqual([
      "art/a-float-spin.gif",
      "art/b-idle-float-spin.gif",
    ]);
    expect((await animate(["art"], { formats: ["apng"] })).map(outcome)).toEqual([
      "art/a-idle.apng",
      "art/b-idle-idle.apng",
    ]);
    expect((await animate(["art/a-idle.png"], { formats: ["apng"] })).map(outcome)).toEqual(["art/a-idle-idle.apng"]);
  });

  it("refuses a second sprite for one file, and names that collide", async () => {
    await put("a.png", "b.png", "art/a.png");
    expect((await animate(["a.png", "b.png"], { out: at("x.gif") })).map(outcome)).toEqual(["x.gif", "invalid-order"]);
    expect((await animate(["a.png", "art/a.png"], { out: at("new"), formats: ["gif"] })).map(outcome)).toEqual([
      "new/a-idle.gif",
      "occupied",
    ]);
  });

  it("refuses no kind, an ending it does not know, and two formats for one file", async () => {
    await put("a.png");
    await expect(animate(["a.png"], { kinds: [] })).rejects.toThrow("Cannot animate without a kind: give --kind idle");
    await expect(animate(["a.png"], { out: at("a.mp4") })).rejects.toThrow(/^Cannot tell the format from .*a\.mp4/);
    await expect(animate(["a.png"], { out: at("a.gif"), formats: ["gif", "apng"] })).rejects.toThrow(
      /^Cannot write 2 formats to the file .*a\.gif: name a folder with --out$/,
    );
  });

  it("leaves nothing of a sprite that one of its formats refuses", async () => {
    await put("a.png");
    const many = createRaster(20, 20);
    for (let pixel = 0; pixel < 400; pixel++) many.data.set([pixel & 255, pixel >> 8, 9, 255], pixel * 4);
    await writeFile(at("many.png"), encodePng(many));
    const events = await animate(["many.png"], { out: at("new"), formats: ["apng", "gif"] });
    expect(events.map(outcome)).toEqual(["unsupported-animation"]);
    expect((await readdir(folder)).sort()).toEqual(["a.png", "many.png"]);
  });

  it("ends when it is cancelled", async () => {
    await put("a.png");
    const signal = AbortSignal.abort(new DOMException("Cancelled", "AbortError"));
    await expect(animate(["a.png"], { signal })).rejects.toThrow("Cancelled");
  });
});

describe("readAnimations", () => {
  it("reads back what animate wrote, in every format", async () => {
    await put("a.png");
    const [event] = await animate(["a.png"], {
      out: at("new"),
      kinds: ["idle", "spin"],
      formats: ["sheet", "gif", "apng", "aseprite"],
    });
    if (event.kind !== "animated") throw event.error;
    const stem = at("new/a-idle-spin");
    const read = await readAnimations(
      [".png", ".json", ".gif", ".apng", ".aseprite"].map((ending) => `${stem}${ending}`),
    );
    for (const animation of read) {
      if ("error" in animation) throw animation.error;
      expect(animation.frames).toEqual(event.animation.frames);
      expect(animation.durationsMs).toEqual(event.animation.durationsMs);
    }
    expect(read.map((animation) => ("tags" in animation ? animation.tags.map(({ name }) => name) : []))).toEqual([
      ["idle", "spin"],
      ["idle", "spin"],
      [],
      [],
      ["idle", "spin"],
    ]);
  });

  it("takes loose pictures as the frames of one animation, and a folder's as those of another", async () => {
    await put("f/frame-10.png", "f/frame-9.png", "x.png", "y.png");
    const read = await readAnimations([at("x.png"), at("f"), at("y.png")]);
    expect(read.map((animation) => ("frames" in animation ? [animation.source, animation.frames.length] : []))).toEqual(
      [
        [at("f"), 2],
        [at("x.png"), 2],
      ],
    );
  });

  it("tells in one sentence what it cannot read, and reads the rest", async () => {
    await put("good.png");
    await writeFile(at("cut.aseprite"), (await bytesOf("aseprite")).subarray(0, 200));
    await writeFile(at("cut.gif"), (await bytesOf("gif")).subarray(0, 40));
    await writeFile(at("cut.apng"), (await bytesOf("apng")).subarray(0, 90));
    await writeFile(at("none.json"), "{}");
    await writeFile(
      at("lost.json"),
      JSON.stringify({ frames: { a: { frame: { x: 0, y: 0, w: 1, h: 1 } } }, meta: {} }),
    );
    const names = ["cut.aseprite", "cut.gif", "cut.apng", "none.json", "lost.json", "missing.png", "good.png"];
    const read = await readAnimations(names.map(at));
    const messages = read.map((animation) => ("error" in animation ? (animation.error as Error).message : "read"));
    expect(messages).toEqual([
      expect.stringMatching(/^Cannot read .*cut\.aseprite: /),
      expect.stringMatching(/^Cannot read .*cut\.gif: /),
      expect.stringMatching(/^Cannot read .*cut\.apng: /),
      expect.stringMatching(/^Cannot read the atlas .*none\.json: it has no frames/),
      expect.stringMatching(/^Cannot find the picture of .*lost\.json: it names none/),
      expect.stringMatching(/^Cannot read .*missing\.png: it does not exist/),
      "read",
    ]);
  });

  it("does not follow a sheet's name out of its folder", async () => {
    await put("secret.png");
    await mkdir(at("art"));
    const atlas = { frames: { a: { frame: { x: 0, y: 0, w: 1, h: 1 } } }, meta: { image: "../secret.png" } };
    await writeFile(at("art/a.json"), JSON.stringify(atlas));
    const [animation] = await readAnimations([at("art/a.json")]);
    expect("error" in animation && (animation.error as Error).message).toMatch(/leads out of its folder/);
  });
});

async function bytesOf(format: "gif" | "apng" | "aseprite"): Promise<Uint8Array> {
  await writeFile(at("source.png"), encodePng(house()));
  await animate(["source.png"], { out: at(`whole.${format}`), formats: [format], force: true });
  return readFile(at(`whole.${format}`));
}

describe("checkAnimations", () => {
  const faultsOf = async (paths: readonly string[], options = {}) =>
    (await Array.fromAsync(checkAnimations(paths.map(at), options))).map((checked: CheckedAnimation) =>
      "faults" in checked ? checked.faults.map(({ check }) => check) : ["unreadable"],
    );

  it("passes what animate makes, and tells a loop that does not close", async () => {
    await put("a.png");
    await animate(["a.png"], { out: at("a.gif"), kinds: ["float"] });
    await animate(["a.png"], { out: at("b.gif"), kinds: ["dissolve"], plays: 0 });
    expect(await faultsOf(["a.gif", "b.gif", "nosuch.gif"])).toEqual([[], ["loop"], ["unreadable"]]);
    expect(await faultsOf(["b.gif"], { once: true })).toEqual([[]]);
    await animate(["a.png"], { out: at("c.gif"), kinds: ["dissolve"] });
    expect(await faultsOf(["c.gif"])).toEqual([[]]);
  });

  it("tells frames of unequal size among loose pictures", async () => {
    await put("a.png");
    await writeFile(at("b.png"), encodePng(house(9)));
    expect(await faultsOf(["a.png", "b.png"])).toEqual([["size"]]);
  });

  it("tells new colours and jumps, by the limits given", async () => {
    const moved = createRaster(8, 8);
    moved.data.set(house().data.subarray(2 * 8 * 4));
    moved.data.set([1, 2, 3, 255], 0);
    await writeFile(at("a.gif"), encodeGif({ frames: [house(), moved], durationsMs: [100, 100] }));
    expect(await faultsOf(["a.gif"], { maxDriftPx: 1 })).toEqual([["palette", "drift"]]);
    expect(await faultsOf(["a.gif"])).toEqual([["palette"]]);
  });
});
