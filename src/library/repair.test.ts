import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";
import { sampleClock, sampleSprite } from "./sample-sprites.ts";

/** Puts a PNG where a killed process would have left it. */
function leaveFile(directory: string, name: string, bytes: Uint8Array | string): string {
  const path = join(directory, "sprites", "2026-11", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

const nothing = { adopted: 0, moved: 0, skipped: [], missing: [], temporariesRemoved: 0 };

describe("repair", () => {
  test("of a whole or an empty library does nothing", async () => {
    const library = await sampleLibrary();
    expect(await library.repair()).toEqual(nothing);
    await library.add(sampleSprite("a"));
    expect(await library.repair()).toEqual(nothing);
  });

  test("takes in a PNG by the recipe inside it, and passes over what is none", async () => {
    const library = await sampleLibrary();
    const sprite = sampleSprite("red dragon", 9, { request: { tile: true } });
    const file = leaveFile(library.directory, "left.png", sprite.png);
    const made = new Date("2026-01-02T03:04:05Z");
    utimesSync(file, made, made);
    const broken = leaveFile(library.directory, "broken.png", sprite.png.subarray(0, 60));
    leaveFile(library.directory, "notes.txt", "not a picture");
    mkdirSync(join(library.directory, "sprites", "folder.png"));
    expect(await library.repair()).toEqual({
      ...nothing,
      adopted: 1,
      skipped: [{ file: broken, reason: expect.stringMatching(/^Cannot read /) }],
    });
    const [entry] = library.search("dragon", { tile: true }).entries;
    expect(entry).toMatchObject({
      file,
      prompt: "red dragon",
      seed: 9,
      width: 8,
      colors: 2,
      seconds: null,
      created: "2026-01-02T03:04:05.000Z",
    });
    expect(library.get(file).recipe).toEqual(sprite.recipe);
  });

  test("finds a PNG that was moved, leaves copies alone, and names what is missing", async () => {
    const library = await sampleLibrary();
    const moved = await library.add(sampleSprite("moved"));
    const copied = await library.add(sampleSprite("copied"));
    const lost = await library.add(sampleSprite("lost"));
    library.tag([moved.id], ["hero"]);
    const folder = join(library.directory, "sprites", "heroes");
    mkdirSync(folder);
    renameSync(moved.file, join(folder, "moved.png"));
    copyFileSync(copied.file, join(folder, "copied.png"));
    rmSync(lost.file);
    expect(await library.repair()).toEqual({
      ...nothing,
      moved: 1,
      missing: [{ ...lost, missing: true }],
    });
    expect(library.get(moved.id)).toMatchObject({ file: join(folder, "moved.png"), missing: false, tags: ["hero"] });
    expect(library.get(copied.id).file).toBe(copied.file);
  });

  test("clears away old temporaries", async () => {
    const library = await sampleLibrary();
    await library.add(sampleSprite("a"));
    const temporary = leaveFile(library.directory, ".dgx-pixels-1-0123456789abcdef.tmp", "half");
    const before = new Date("2026-11-22T10:00:00Z");
    utimesSync(temporary, before, before);
    expect(await library.repair()).toEqual({ ...nothing, temporariesRemoved: 1 });
    expect(existsSync(temporary)).toBe(false);
  });
});

/** A library in which a process was killed while it added: all but its row. */
async function interrupted(): Promise<{ directory: string; png: Uint8Array; id: string; file: string }> {
  const library = await sampleLibrary();
  const sprite = sampleSprite("red dragon");
  const { id, file } = await library.add(sprite);
  library.close();
  using database = new DatabaseSync(join(library.directory, "library.db"));
  database.exec(`
    INSERT INTO intents (kind, id, file, row, started)
      SELECT 'add', id, file, json_object('row', json_object(
        'id', id, 'file', file, 'prompt', prompt, 'negative', negative, 'generator', generator, 'model', model,
        'model_version', model_version, 'model_hash', model_hash, 'seed', seed, 'width', width, 'height', height,
        'colors', colors, 'steps', steps, 'guidance', guidance, 'tile', tile, 'background', background,
        'source', source, 'seconds', seconds, 'created', created
      ), 'recipeJson', json), created FROM sprites JOIN recipes ON sprite = serial;
    DELETE FROM sprites`);
  return { directory: library.directory, png: sprite.png, id, file };
}

function intentsIn(directory: string): number {
  using database = new DatabaseSync(join(directory, "library.db"));
  return database.prepare("SELECT kind FROM intents").all().length;
}

describe("opening", () => {
  test("takes in the PNGs of a library whose database is gone, oldest first", async () => {
    const library = await sampleLibrary();
    const old = await library.add(sampleSprite("old"));
    const young = await library.add(sampleSprite("young"));
    library.close();
    const before = new Date("2026-01-01T00:00:00Z");
    utimesSync(old.file, before, before);
    rmSync(join(library.directory, "library.db"));
    const again = await sampleLibrary(library.directory);
    expect(again.list().entries.map((entry) => entry.id)).toEqual([young.id, old.id]);
  });

  test("gives a PNG its row when its process was killed before that, with all that was known", async () => {
    const { directory, id } = await interrupted();
    const library = await sampleLibrary(directory);
    expect(library.get(id)).toMatchObject({ seconds: 0.25, created: "2026-11-22T12:00:00.000Z", missing: false });
    expect(intentsIn(directory)).toBe(0);
  });

  test("waits an hour for a PNG that is not there yet, then clears up", async () => {
    const { directory, file } = await interrupted();
    rmSync(file);
    const temporary = join(dirname(file), ".dgx-pixels-1-0123456789abcdef.tmp");
    writeFileSync(temporary, "half");
    utimesSync(temporary, new Date("2026-11-22T12:00:00Z"), new Date("2026-11-22T12:00:00Z"));
    (await sampleLibrary(directory, sampleClock("2026-11-22T12:59:00Z"))).close();
    expect(intentsIn(directory)).toBe(1);
    const library = await sampleLibrary(directory, sampleClock("2026-11-22T13:01:00Z"));
    expect(intentsIn(directory)).toBe(0);
    expect(existsSync(temporary)).toBe(false);
    expect(library.count()).toBe(0);
  });

  test("does not wait for a process whose addition it has finished", async () => {
    const { directory, png, id } = await interrupted();
    const library = await sampleLibrary(directory);
    expect(await library.add({ ...sampleSprite("red dragon"), png })).toMatchObject({ id });
    expect(library.count()).toBe(1);
  });

  test("finishes a removal, before or after the PNG was deleted", async () => {
    for (const isDeleted of [false, true]) {
      const library = await sampleLibrary();
      const { id, file } = await library.add(sampleSprite("red dragon"));
      library.close();
      using database = new DatabaseSync(join(library.directory, "library.db"));
      database.exec(
        `INSERT INTO intents (kind, id, file, row, started) SELECT 'remove', id, file, '', '' FROM sprites`,
      );
      if (isDeleted) rmSync(file);
      const again = await sampleLibrary(library.directory);
      expect(again.count()).toBe(0);
      expect(() => again.get(id)).toThrow(/^Cannot find/);
      expect(existsSync(file)).toBe(false);
      expect(intentsIn(library.directory)).toBe(0);
    }
  });

  test("gives up a removal that cannot be finished, and opens all the same", async () => {
    const library = await sampleLibrary();
    const { file } = await library.add(sampleSprite("red dragon"));
    library.close();
    using database = new DatabaseSync(join(library.directory, "library.db"));
    database.exec(`INSERT INTO intents (kind, id, file, row, started) SELECT 'remove', id, file, '', '' FROM sprites`);
    rmSync(file);
    mkdirSync(file);
    expect((await sampleLibrary(library.directory)).count()).toBe(1);
    expect(intentsIn(library.directory)).toBe(0);
  });

  test("works, with what there is, while something left cannot be finished", async () => {
    const { directory, file } = await interrupted();
    rmSync(dirname(file), { recursive: true });
    writeFileSync(dirname(file), "a file in place of the folder of the month");
    const library = await sampleLibrary(directory, sampleClock("2026-11-22T13:01:00Z"));
    expect(library.count()).toBe(0);
    expect(intentsIn(directory)).toBe(1);
  });

  test("does not work on what cannot be understood", async () => {
    const { directory } = await interrupted();
    using database = new DatabaseSync(join(directory, "library.db"));
    database.exec("UPDATE intents SET row = 'nonsense'");
    await expect(sampleLibrary(directory)).rejects.toThrow(SyntaxError);
  });
});

test("a sprites folder that is a file stops a repair", async () => {
  const directory = sampleFolder();
  const library = await sampleLibrary(directory);
  writeFileSync(join(directory, "sprites"), "");
  await expect(library.repair()).rejects.toMatchObject({ name: "FilesError", code: "not-a-folder" });
});
