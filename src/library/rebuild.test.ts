import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { rebuildLibrary } from "./rebuild.ts";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";
import { sampleClock, sampleSprite } from "./sample-sprites.ts";

const clock = sampleClock("2026-12-01T00:00:00Z");

test("a rebuilt library is as it was, tags, ratings and order included", async () => {
  const library = await sampleLibrary();
  const a = await library.add(sampleSprite("a dragon"));
  const b = await library.add(sampleSprite("b dragon", 8, { request: { tile: true } }));
  library.tag([a.id], ["hero", "boss"]);
  library.rate([b.id], 4);
  const before = library.list();
  library.close();
  const rebuilt = await rebuildLibrary(library.directory, { clock });
  expect(rebuilt).toEqual({
    sprites: 2,
    skipped: [],
    remembered: 2,
    comparisons: 0,
    setAside: expect.stringMatching(/library\.db\.damaged-20261201000\d00000$/),
  });
  expect(existsSync(String(rebuilt.setAside))).toBe(true);
  const again = await sampleLibrary(library.directory);
  expect(again.list()).toEqual(before);
  expect(again.search("dragon", { tags: ["hero"] }).entries.map((entry) => entry.id)).toEqual([a.id]);
  expect(again.list({ minRating: 4, tile: true }).entries.map((entry) => entry.id)).toEqual([b.id]);
});

test("comparisons, votes and what jobs have delivered outlast a rebuilding", async () => {
  const library = await sampleLibrary();
  const contenders = ["steps 4", "steps 8"].map((label) => ({ key: label, label }));
  const rows = [1, 2].map((seed) => ({ prompt: "a dragon", seed, jobs: [`job-${seed}-a`, `job-${seed}-b`] }));
  const { id } = library.comparisons.add({ id: "0b5f7c1e-0000-4000-8000-000000000001", contenders, rows });
  library.comparisons.add({ id: "0b5f7c1e-0000-4000-8000-000000000002", contenders, rows });
  library.comparisons.vote(id, { row: 1, shown: [0, 1], winner: 1, isBlind: true });
  const kept = await library.deliver("job-1-a", sampleSprite("a dragon"));
  const removed = await library.deliver("job-1-b", sampleSprite("b dragon"));
  library.remove([String(removed?.id)]);
  const before = library.comparisons.list();
  const votes = library.comparisons.votes();
  library.close();
  expect(await rebuildLibrary(library.directory, { clock })).toMatchObject({ sprites: 1, comparisons: 2 });
  const again = await sampleLibrary(library.directory);
  expect(again.comparisons.list()).toEqual(before);
  expect(again.comparisons.votes()).toEqual(votes);
  expect(again.delivered("job-1-a")?.entry).toEqual(kept);
  expect(again.delivered("job-1-b")).toEqual({ id: removed?.id, entry: undefined });
});

test("a vote whose comparison is lost is left out of a rebuilt library", async () => {
  const library = await sampleLibrary();
  library.close();
  const file = join(library.directory, "library.db");
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec("INSERT INTO votes VALUES (1, 7, 0, '[0,1]', 0, 0, '2026-12-01T00:00:00Z')");
  database.close();
  await rebuildLibrary(library.directory, { clock });
  expect((await sampleLibrary(library.directory)).comparisons.votes()).toEqual([]);
  const rebuilt = new DatabaseSync(file);
  expect(rebuilt.prepare("SELECT count(*) AS count FROM votes").get()).toEqual({ count: 0 });
  rebuilt.close();
});

test("from a database that is nonsense come the sprites, without tags and ratings", async () => {
  const library = await sampleLibrary();
  const { id } = await library.add(sampleSprite("a dragon"));
  library.tag([id], ["hero"]);
  library.close();
  writeFileSync(join(library.directory, "library.db"), "nonsense ".repeat(1000));
  expect(await rebuildLibrary(library.directory, { clock })).toMatchObject({ sprites: 1, remembered: 0 });
  expect((await sampleLibrary(library.directory)).get(id)).toMatchObject({
    prompt: "a dragon",
    tags: [],
    seconds: null,
  });
});

test("from a damaged database comes what can still be read", async () => {
  const library = await sampleLibrary();
  for (let seed = 0; seed < 30; seed++) {
    const { id } = await library.add(sampleSprite("a dragon", seed));
    library.rate([id], 3);
  }
  library.close();
  const file = join(library.directory, "library.db");
  const bytes = readFileSync(file);
  bytes.fill(0xa5, Math.floor(bytes.length * 0.6));
  writeFileSync(file, bytes);
  const { sprites, setAside } = await rebuildLibrary(library.directory, { clock });
  expect(sprites).toBe(30);
  expect(readFileSync(String(setAside))).toEqual(bytes);
  expect((await sampleLibrary(library.directory)).count({ text: "dragon" })).toBe(30);
});

test("a folder without a database or sprites becomes an empty library", async () => {
  const directory = join(sampleFolder(), "new");
  expect(await rebuildLibrary(directory, { clock })).toEqual({
    sprites: 0,
    skipped: [],
    remembered: 0,
    comparisons: 0,
    setAside: null,
  });
  expect(readdirSync(directory)).toEqual(["library.db"]);
});

test("an interrupted rebuild is begun anew", async () => {
  const library = await sampleLibrary();
  await library.add(sampleSprite("a dragon"));
  library.close();
  writeFileSync(join(library.directory, "library.rebuilding.db"), "half a database ".repeat(500));
  writeFileSync(join(library.directory, "library.rebuilding.db-wal"), "half a log");
  rmSync(join(library.directory, "library.db"));
  expect(await rebuildLibrary(library.directory, { clock })).toMatchObject({ sprites: 1, setAside: null });
  expect(readdirSync(library.directory).sort()).toEqual(["library.db", "sprites"]);
});

test("what stops a rebuild leaves the old database in place", async () => {
  const library = await sampleLibrary();
  await library.add(sampleSprite("a dragon"));
  library.close();
  const file = join(library.directory, "library.db");
  const before = readFileSync(file);
  rmSync(join(library.directory, "sprites"), { recursive: true });
  writeFileSync(join(library.directory, "sprites"), "a file");
  await expect(rebuildLibrary(library.directory, { clock })).rejects.toMatchObject({ code: "not-a-folder" });
  expect(readFileSync(file)).toEqual(before);
});
