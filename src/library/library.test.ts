import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openLibrary } from "./library.ts";
import { LibraryError } from "./library-error.ts";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";
import { sampleClock, sampleRecipe, sampleSprite } from "./sample-sprites.ts";

describe("adding", () => {
  test("gives the entry, with the PNG under its month, words, seed and id", async () => {
    const library = await sampleLibrary();
    const sprite = sampleSprite("Red dragon, breathing fire!", 7);
    const id = createHash("sha256").update(sprite.png).digest("hex").slice(0, 16);
    const entry = await library.add(sprite);
    expect(entry).toEqual({
      id,
      file: join(library.directory, "sprites", "2026-11", `red-dragon-breathing-fire-7-${id.slice(0, 8)}.png`),
      missing: false,
      prompt: "Red dragon, breathing fire!",
      negative: "",
      generator: "sprite",
      model: "sprite-small",
      modelVersion: "1.0.0",
      modelHash: "ab".repeat(32),
      seed: 7,
      width: 8,
      height: 8,
      colors: 2,
      steps: 12,
      guidance: 3.5,
      tile: false,
      background: "auto",
      source: "text",
      seconds: 0.25,
      created: "2026-11-22T12:00:00.000Z",
      rating: null,
      tags: [],
    });
    expect(readFileSync(entry.file)).toEqual(Buffer.from(sprite.png));
    expect(library.get(id)).toEqual({ ...entry, recipe: sprite.recipe });
    expect(readdirSync(dirname(entry.file))).toHaveLength(1);
  });

  test("the same bytes again give the entry that is there", async () => {
    const library = await sampleLibrary();
    const sprite = sampleSprite("red dragon");
    const { id } = await library.add(sprite);
    library.rate([id], 4);
    library.tag([id], ["hero"]);
    expect(await library.add(sprite)).toMatchObject({
      id,
      rating: 4,
      tags: ["hero"],
      created: "2026-11-22T12:00:00.000Z",
    });
    expect(library.count()).toBe(1);
  });

  test("the same bytes at once are one entry", async () => {
    const library = await sampleLibrary();
    const sprite = sampleSprite("red dragon");
    const entries = await Promise.all([1, 2, 3].map(() => library.add(sprite)));
    expect(new Set(entries.map((entry) => entry.file)).size).toBe(1);
    expect(library.count()).toBe(1);
  });

  test("a PNG that has gone missing is shown, and comes back when it is made again", async () => {
    const library = await sampleLibrary();
    const sprite = sampleSprite("red dragon");
    const { id, file } = await library.add(sprite);
    rmSync(file);
    expect(library.get(id)).toMatchObject({ missing: true, file });
    expect(library.list().entries).toMatchObject([{ id, missing: true }]);
    expect(await library.add(sprite)).toMatchObject({ id, file, missing: false });
    expect(readFileSync(file)).toEqual(Buffer.from(sprite.png));
  });

  test("a foreign file of the same name is left alone", async () => {
    const library = await sampleLibrary();
    const sprite = sampleSprite("red dragon");
    const { id, file } = await library.add(sprite);
    library.remove([id]);
    writeFileSync(file, "mine");
    expect((await library.add(sprite)).file).toBe(file.replace(id.slice(0, 8), id));
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  test("knows what a sprite was made from", async () => {
    const library = await sampleLibrary();
    const image = await library.add(sampleSprite("a", 1, { request: { source: { png: "AAAA", strength: 0.5 } } }));
    const inpaint = await library.add(
      sampleSprite("b", 1, { request: { source: { png: "AAAA", strength: 0.5, mask: "AAAA" } } }),
    );
    expect([image.source, inpaint.source]).toEqual(["image", "inpaint"]);
  });

  test("an abort leaves nothing", async () => {
    const library = await sampleLibrary();
    const reason = new Error("enough");
    await expect(library.add(sampleSprite("a"), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const adding = library.add(sampleSprite("a"), { signal: controller.signal });
    controller.abort(reason);
    await expect(adding).rejects.toBe(reason);
    expect(library.count()).toBe(0);
    expect(await library.repair()).toMatchObject({ adopted: 0, temporariesRemoved: 0 });
  });

  test("a folder that cannot be made is told, and nothing is left", async () => {
    const library = await sampleLibrary();
    writeFileSync(join(library.directory, "sprites"), "a file");
    await expect(library.add(sampleSprite("a"))).rejects.toMatchObject({ name: "FilesError", code: "not-a-folder" });
    expect(library.count()).toBe(0);
  });

  test.each([
    [{ width: 1.5 }, "width", "Cannot add a sprite with width 1.5: give what was measured"],
    [{ seconds: Number.NaN }, "seconds", "Cannot add a sprite with seconds NaN: give what was measured"],
    [{ colors: -1 }, "colors", "Cannot add a sprite with colors -1: give what was measured"],
  ])("refuses %j", async (change, field, message) => {
    const library = await sampleLibrary();
    await expect(library.add({ ...sampleSprite("a"), ...change })).rejects.toMatchObject({
      code: "invalid-sprite",
      details: { field },
      message,
    });
  });

  test("refuses what is no recipe", async () => {
    const library = await sampleLibrary();
    const recipe = { ...sampleRecipe(), format: 2 } as never;
    await expect(library.add({ ...sampleSprite("a"), recipe })).rejects.toMatchObject({
      code: "invalid-sprite",
      details: { field: "recipe" },
    });
  });
});

describe("references", () => {
  test("an id, its start in either case, the file and a copy of it mean the sprite", async () => {
    const library = await sampleLibrary();
    const { id, file } = await library.add(sampleSprite("red dragon"));
    const copy = join(sampleFolder(), "copy.png");
    copyFileSync(file, copy);
    const link = join(sampleFolder(), "link");
    symlinkSync(library.directory, link);
    const inLibrary = file.slice(library.directory.length + 1);
    for (const reference of [
      id,
      id.slice(0, 4),
      id.slice(0, 9).toUpperCase(),
      file,
      inLibrary,
      copy,
      join(link, inLibrary),
    ])
      expect(library.get(reference).id).toBe(id);
  });

  test("an ambiguous start names the candidates", async () => {
    const library = await sampleLibrary();
    const { id, prompt } = await library.add(
      sampleSprite("red dragon with a very long tail that curls around a tower"),
    );
    using database = new DatabaseSync(join(library.directory, "library.db"));
    const double = `${id.slice(0, 15)}${id.endsWith("0") ? "1" : "0"}`;
    database.exec(`CREATE TEMP TABLE copy AS SELECT * FROM sprites;
      UPDATE copy SET serial = serial + 1, id = '${double}'; INSERT INTO sprites SELECT * FROM copy`);
    expect(() => library.get(id.slice(0, 8))).toThrow(
      expect.objectContaining({
        code: "ambiguous",
        details: {
          code: "ambiguous",
          reference: id.slice(0, 8),
          candidates: [double, id].sort().map((candidate) => ({ id: candidate, prompt })),
        },
        message: expect.stringMatching(
          /^Cannot tell which sprite \w{8} means: \w{16} \(red dragon .{28}…\), .*; give more/,
        ),
      }),
    );
    expect(library.get(id).id).toBe(id);
  });

  test.each([
    ["abcdef", "not-found"],
    ["no/such.png", "not-found"],
    ["/dev/zero", "not-found"],
    ["abc", "invalid-reference"],
    ["dragon", "invalid-reference"],
    ["", "invalid-reference"],
  ])("%j is refused as %s", async (reference, code) => {
    const library = await sampleLibrary();
    expect(() => library.get(reference)).toThrow(expect.objectContaining({ name: "LibraryError", code }));
  });

  test("a picture that is not in the library is not found", async () => {
    const library = await sampleLibrary();
    const other = join(sampleFolder(), "other.png");
    writeFileSync(other, sampleSprite("other").png);
    expect(() => library.get(other)).toThrow(
      `Cannot find the sprite ${other}: the library has none of that id or file; list the library to see what it has`,
    );
  });
});

describe("tags and ratings", () => {
  test("are given and taken, to several sprites at once", async () => {
    const library = await sampleLibrary();
    const a = await library.add(sampleSprite("a"));
    const b = await library.add(sampleSprite("b"));
    expect(library.tag([a.id, b.id, a.id], [" Hero", "boss", "hero"]).map((entry) => entry.tags)).toEqual([
      ["boss", "hero"],
      ["boss", "hero"],
    ]);
    library.untag([b.id], ["HERO", "never given"]);
    expect(library.get(b.id).tags).toEqual(["boss"]);
    expect(library.tags()).toEqual([
      { name: "boss", sprites: 2 },
      { name: "hero", sprites: 1 },
    ]);
    expect(library.rate([a.id, b.id], 5).map((entry) => entry.rating)).toEqual([5, 5]);
    expect(library.rate([a.id], null)).toMatchObject([{ rating: null }]);
  });

  test("are given to all sprites or, with one unknown, to none", async () => {
    const library = await sampleLibrary();
    const { id } = await library.add(sampleSprite("a"));
    expect(() => library.tag([id, "ffffffff"], ["hero"])).toThrow(LibraryError);
    expect(() => library.rate([id, "ffffffff"], 3)).toThrow(LibraryError);
    expect(library.get(id)).toMatchObject({ tags: [], rating: null });
  });

  test.each([0, 6, 2.5, Number.NaN])("a rating of %s is refused", async (rating) => {
    const library = await sampleLibrary();
    expect(() => library.rate([], rating)).toThrow(
      `Cannot rate with ${rating}: give a whole number from 1 to 5, or null for none`,
    );
  });
});

describe("removing", () => {
  test("takes PNG, row, tags and words, and says what they were", async () => {
    const library = await sampleLibrary();
    const { id, file } = await library.add(sampleSprite("red dragon"));
    const kept = await library.add(sampleSprite("blue dragon"));
    library.tag([id], ["hero"]);
    expect(library.remove([id])).toMatchObject([{ id, prompt: "red dragon", tags: ["hero"] }]);
    expect(existsSync(file)).toBe(false);
    expect(library.search("dragon").entries).toMatchObject([{ id: kept.id }]);
    expect(library.count({ tags: ["hero"] })).toBe(0);
    expect(library.tags()).toEqual([]);
  });

  test("one unknown id, and nothing is removed", async () => {
    const library = await sampleLibrary();
    const { id, file } = await library.add(sampleSprite("red dragon"));
    expect(() => library.remove([id, "ffffffff"])).toThrow(/^Cannot find the sprite ffffffff: /);
    expect(existsSync(file)).toBe(true);
    expect(library.count()).toBe(1);
  });

  test("a sprite whose PNG is missing can be removed", async () => {
    const library = await sampleLibrary();
    const { id, file } = await library.add(sampleSprite("red dragon"));
    rmSync(file);
    library.remove([id]);
    expect(library.count()).toBe(0);
  });

  test("a PNG that cannot be deleted keeps its row", async () => {
    const library = await sampleLibrary();
    const a = await library.add(sampleSprite("a"));
    const b = await library.add(sampleSprite("b"));
    const c = await library.add(sampleSprite("c"));
    rmSync(b.file);
    mkdirSync(b.file); // rmSync refuses a folder.
    expect(() => library.remove([a.id, b.id, c.id])).toThrow(
      expect.objectContaining({ name: "FilesError", message: expect.stringContaining(`Cannot delete ${b.file}: `) }),
    );
    expect(library.list().entries.map((entry) => entry.id)).toEqual([c.id, b.id]);
    expect(existsSync(c.file)).toBe(true);
    const again = await sampleLibrary(library.directory);
    expect(again.count()).toBe(2);
  });
});

test("a closed library says so, and closes twice", async () => {
  const library = await sampleLibrary();
  library.close();
  library.close();
  const message = `Cannot list the library: ${join(library.directory, "library.db")} has been closed; open the library again`;
  expect(() => library.list()).toThrow(expect.objectContaining({ code: "closed", message }));
  await expect(library.add(sampleSprite("a"))).rejects.toMatchObject({ code: "closed" });
});

test("a path that is a file is refused", async () => {
  const file = join(sampleFolder(), "file");
  writeFileSync(file, "");
  await expect(openLibrary(file, { clock: sampleClock() })).rejects.toMatchObject({
    name: "FilesError",
    code: "not-a-folder",
  });
});
