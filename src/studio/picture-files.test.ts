import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeSprite, type Recipe, recipeSchema, readRecipe } from "#asset";
import { createRaster, decodePng, encodePng, finish, type Raster } from "#pixels";
import { type Edit, type EditEvent, editPictures, type PictureFile, readPictures } from "./picture-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-edit-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

/** One red pixel in a frame of transparency. */
function dot(): Raster {
  const raster = createRaster(3, 3);
  raster.data.set([200, 30, 30, 255], 4 * 4);
  return raster;
}

async function put(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(at(name), ".."), { recursive: true });
    await writeFile(at(name), encodePng(dot()));
  }
}

const trimming = (): Edit<object> => ({ steps: [{ step: "trim" }], facts: {} });

async function edit(
  paths: readonly string[],
  options: { readonly out?: string; readonly force?: boolean; readonly suffix?: string } = {},
  change: (picture: PictureFile) => Edit<object> = trimming,
): Promise<EditEvent<object>[]> {
  return Array.fromAsync(editPictures(paths.map(at), { suffix: "-trimmed", ...options }, change));
}

/** What was written, or the code of the failure. */
const outcome = (event: EditEvent<object>) =>
  event.kind === "edited" ? event.file.slice(folder.length + 1) : (event.error as { code: string }).code;
const message = (event: EditEvent<object>) => (event.kind === "failed" ? (event.error as Error).message : "");

const recipe: Recipe = recipeSchema.parse({
  format: 1,
  generator: { name: "sprite", model: "sprite", version: "1", hash: "0".repeat(64) },
  request: { prompt: "dot", size: 3, seed: 1, steps: 8, guidance: 3 },
  finishing: [{ step: "alpha", threshold: 128 }],
  software: "dgx-pixels 0.0.0",
});

describe("pictures from paths", () => {
  const found = async (...paths: readonly string[]) =>
    (await Array.fromAsync(readPictures(paths.map(at)))).map((event) =>
      event.kind === "read" ? event.name : (event.error as { code: string }).code,
    );

  it("come from folders by name, numbers by value, hidden ones and other files left out", async () => {
    await put("art/frame-10.png", "art/frame-2.png", "art/Frame-1.png", "art/boss/eye.png", "art/.hidden.png");
    await writeFile(at("art/notes.txt"), "none");
    expect(await found("art")).toEqual(["Frame-1.png", "boss/eye.png", "frame-2.png", "frame-10.png"]);
  });

  it("come once, in the order of the paths", async () => {
    await put("b.png", "a.png");
    expect(await found("b.png", "a.png", "b.png", ".")).toEqual(["b.png", "a.png"]);
  });

  it("are told from their content when they are named", async () => {
    await put("sprite.data");
    expect(await found("sprite.data")).toEqual(["sprite.data"]);
  });

  it("do not follow links to folders, which may lead in a circle", async () => {
    await put("art/a.png");
    await symlink(at("art"), at("art/again"));
    expect(await found("art")).toEqual(["a.png"]);
  });

  it("that cannot be had are told in their place", async () => {
    await put("a.png", "b.png");
    await mkdir(at("empty"));
    await writeFile(at("broken.png"), encodePng(dot()).subarray(0, 40));
    expect(await found("a.png", "nosuch.png", "empty", "broken.png", "b.png")).toEqual([
      "a.png",
      "missing",
      "missing",
      "truncated",
      "b.png",
    ]);
  });

  it("end when they are cancelled", async () => {
    await put("a.png");
    const signal = AbortSignal.abort(new DOMException("Cancelled", "AbortError"));
    await expect(Array.fromAsync(readPictures([at("a.png")], { signal }))).rejects.toThrow("Cancelled");
  });
});

describe("where results go", () => {
  it("beside each picture, under a new name that ends in .png", async () => {
    await put("a.png", "art/b.png");
    await writeFile(at("c.webp"), encodePng(dot()));
    expect((await edit(["a.png", "art", "c.webp"])).map(outcome)).toEqual([
      "a-trimmed.png",
      "art/b-trimmed.png",
      "c-trimmed.png",
    ]);
    expect(decodePng(await readFile(at("a-trimmed.png")))).toEqual(finish(dot(), [{ step: "trim" }]));
  });

  it("leaves the results of an earlier run out, unless they are named", async () => {
    await put("a.png");
    await edit(["."]);
    expect((await edit(["."], { force: true })).map(outcome)).toEqual(["a-trimmed.png"]);
    expect((await edit(["a-trimmed.png"])).map(outcome)).toEqual(["a-trimmed-trimmed.png"]);
  });

  it("into a folder, with the folders that the pictures were found in", async () => {
    await put("art/a.png", "art/boss/a.png");
    expect((await edit(["art"], { out: at("new") })).map(outcome)).toEqual(["new/a.png", "new/boss/a.png"]);
  });

  it("to a file for one picture, and to none for two", async () => {
    await put("a.png", "b.png");
    expect((await edit(["a.png"], { out: at("deep/x.png") })).map(outcome)).toEqual(["deep/x.png"]);
    await expect(edit(["a.png", "b.png"], { out: at("y.png") })).rejects.toThrow(
      /^Cannot write 2 pictures to the file .*y\.png: name a folder with --out$/,
    );
  });

  it("never over a file without force", async () => {
    await put("a.png", "b.png");
    await writeFile(at("a-trimmed.png"), "mine");
    const events = await edit(["a.png", "b.png"]);
    expect(events.map(outcome)).toEqual(["exists", "b-trimmed.png"]);
    expect(message(events[0])).toMatch(/^Cannot write .*a-trimmed\.png: it exists already; replace it with --force/);
    expect(await readFile(at("a-trimmed.png"), "utf8")).toBe("mine");
    expect((await edit(["a.png"], { force: true })).map(outcome)).toEqual(["a-trimmed.png"]);
    expect(decodePng(await readFile(at("a-trimmed.png"))).width).toBe(1);
  });

  it("in place with their own folder and force", async () => {
    await put("art/a.png");
    expect((await edit(["art"], { out: at("art") })).map(outcome)).toEqual(["exists"]);
    expect((await edit(["art"], { out: at("art"), force: true })).map(outcome)).toEqual(["art/a.png"]);
    expect(decodePng(await readFile(at("art/a.png"))).width).toBe(1);
  });

  it.each([
    [["a/x.png", "b/x.png"], "new"],
    [["a/X.png", "b/x.png"], "new"],
    [["a/x.png", "a/x.jpg"], undefined],
  ])("refuses a second picture of one name: %j", async (paths, out) => {
    await put(...paths);
    const events = await edit(paths, out === undefined ? { force: true } : { out: at(out), force: true });
    expect(events.map(outcome)).toEqual([expect.stringMatching(/png$/), "occupied"]);
    expect(message(events[1])).toContain("goes there already");
  });

  it.each(["/../x", "-\0"])("refuses the suffix %j, which leads elsewhere", async (suffix) => {
    await put("art/a.png");
    const [event] = await edit(["art/a.png"], { suffix });
    expect(outcome(event)).toBe("invalid-order");
  });
});

describe("what becomes of a sprite's recipe", () => {
  beforeEach(() => writeFile(at("sprite.png"), encodeSprite(dot(), recipe)));

  it("is kept with the edit as its last steps", async () => {
    expect(await edit(["sprite.png"])).toMatchObject([{ recipe: "kept", isChanged: true }]);
    const kept = readRecipe(await readFile(at("sprite-trimmed.png")));
    expect(kept).toEqual({ ...recipe, finishing: [{ step: "alpha", threshold: 128 }, { step: "trim" }] });
  });

  it("is left out when the edit is no finishing step", async () => {
    const events = await edit(["sprite.png"], {}, ({ raster }) => ({ raster, facts: {} }));
    expect(events).toMatchObject([{ recipe: "left out", isChanged: false }]);
    expect(() => readRecipe(encodePng(dot()))).toThrow("Cannot find a recipe");
    const written = await readFile(at("sprite-trimmed.png"));
    expect(() => readRecipe(written)).toThrow("Cannot find a recipe");
  });

  it("is none in other pictures, or in one whose recipe cannot be understood", async () => {
    await put("plain.png");
    await writeFile(at("newer.png"), encodeSprite(dot(), { ...recipe, format: 2 } as never));
    expect(await edit(["plain.png", "newer.png"])).toMatchObject([{ recipe: "none" }, { recipe: "none" }]);
  });
});

describe("when an edit fails", () => {
  it("says so in its place and goes on", async () => {
    await put("b.png");
    await writeFile(at("a.png"), encodePng(createRaster(2, 2)));
    const events = await edit(["a.png", "b.png"]);
    expect(events.map(outcome)).toEqual(["nothing-visible", "b-trimmed.png"]);
    expect((await readdir(folder)).sort()).toEqual(["a.png", "b-trimmed.png", "b.png"]);
  });

  it("ends when it is cancelled, and writes no more", async () => {
    await put("a.png", "b.png");
    const cancellation = new AbortController();
    const events = editPictures([folder], { suffix: "-trimmed", signal: cancellation.signal }, () => {
      cancellation.abort(new DOMException("Cancelled", "AbortError"));
      return trimming();
    });
    await expect(Array.fromAsync(events)).rejects.toThrow("Cancelled");
    expect((await readdir(folder)).sort()).toEqual(["a.png", "b.png"]);
  });

  it.skipIf(process.getuid?.() === 0)("tells of a folder that cannot be written", async () => {
    await put("a.png");
    await chmod(folder, 0o500);
    const events = await edit(["a.png"]);
    await chmod(folder, 0o700);
    expect(events.map(outcome)).toEqual(["not-writable"]);
  });
});
