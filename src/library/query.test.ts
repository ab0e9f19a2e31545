import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Library, openLibrary } from "./library.ts";
import type { SpriteQuery } from "./query.ts";
import { sampleLibrary } from "./sample-library.ts";
import { sampleClock, sampleSprite } from "./sample-sprites.ts";

async function fill(library: Library): Promise<Library> {
  const add = async (name: string, tags: string[], rating: number | null, ...rest: SampleRest) => {
    const { id } = await library.add(sampleSprite(name, ...rest));
    library.tag([id], tags);
    if (rating !== null) library.rate([id], rating);
  };
  await add("red dragon", ["hero"], 5, 1);
  await add("wizard in a purple robe", ["hero", "human"], 3, 2, { request: { size: 16 } });
  await add("stone wall", ["level 1"], null, 3, { request: { tile: true } });
  await add("dragons and dragons and a dragon", [], 5, 4, { generator: { name: "comfyui", model: "sdxl" } });
  await add("a café by the road", ["dragon"], 1, 5);
  return library;
}

type SampleRest = Parameters<typeof sampleSprite> extends [string, ...infer Rest] ? Rest : never;

let library: Library;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "library-"));
  library = await fill(await openLibrary(folder, { clock: sampleClock() }));
});
afterAll(() => {
  library.close();
  rmSync(library.directory, { recursive: true });
});

const prompts = (library: Library, query: SpriteQuery) => library.list(query).entries.map((entry) => entry.prompt);

describe("finds", () => {
  test.each<[string, SpriteQuery, string[]]>([
    [
      "everything, newest first",
      {},
      ["a café by the road", "dragons and dragons and a dragon", "stone wall", "wizard in a purple robe", "red dragon"],
    ],
    ["the oldest first", { order: "oldest", limit: 2 }, ["red dragon", "wizard in a purple robe"]],
    [
      "the best first, unrated last",
      { order: "rating" },
      ["dragons and dragons and a dragon", "red dragon", "wizard in a purple robe", "a café by the road", "stone wall"],
    ],
    ["a page by rating", { order: "rating", limit: 2, offset: 1 }, ["red dragon", "wizard in a purple robe"]],
    [
      "words of one stem, in tags too",
      { text: "dragon" },
      ["a café by the road", "dragons and dragons and a dragon", "red dragon"],
    ],
    ["all of several words", { text: "dragon red" }, ["red dragon"]],
    ["the beginning of the last word", { text: "purple wiz" }, ["wizard in a purple robe"]],
    ["no beginning before the last word", { text: "purp wizard" }, []],
    ["a beginning with a star", { text: "purp* wizard" }, ["wizard in a purple robe"]],
    ["a phrase as it stands", { text: '"purple robe"' }, ["wizard in a purple robe"]],
    ["no phrase in another order", { text: '"robe purple"' }, []],
    ["without accents what has them, and the reverse", { text: "cafe róad" }, ["a café by the road"]],
    ["nothing by signs alone", { text: "!?" }, []],
    ["everything by blanks", { text: "  ", limit: 1 }, ["a café by the road"]],
    [
      "the most relevant first, a tag above a word of the prompt",
      { text: "dragon", order: "relevance" },
      ["dragons and dragons and a dragon", "a café by the road", "red dragon"],
    ],
    ["by relevance without words the newest", { order: "relevance", limit: 1 }, ["a café by the road"]],
    ["by tag", { tags: ["Hero "] }, ["wizard in a purple robe", "red dragon"]],
    ["by all of several tags", { tags: ["hero", "human"] }, ["wizard in a purple robe"]],
    ["nothing by a tag that nobody gave", { tags: ["hero", "none"] }, []],
    ["by a tag of two words", { tags: ["level 1"] }, ["stone wall"]],
    ["nothing by half a tag", { tags: ["level"] }, []],
    [
      "by least rating",
      { minRating: 3 },
      ["dragons and dragons and a dragon", "wizard in a purple robe", "red dragon"],
    ],
    ["by generator", { generator: "comfyui" }, ["dragons and dragons and a dragon"]],
    ["nothing by the start of a generator's name", { generator: "comfy" }, []],
    ["by model", { model: "sdxl" }, ["dragons and dragons and a dragon"]],
    ["by size", { size: 16 }, ["wizard in a purple robe"]],
    ["by tile", { tile: true }, ["stone wall"]],
    ["by no tile", { tile: false, limit: 1 }, ["a café by the road"]],
    [
      "by words and everything else",
      { text: "dragon", minRating: 5, tags: ["hero"], size: 8, tile: false },
      ["red dragon"],
    ],
    [
      "by rating among the matches",
      { text: "dragon", order: "rating", limit: 2 },
      ["dragons and dragons and a dragon", "red dragon"],
    ],
  ])("%s", (_name, query, expected) => {
    expect(prompts(library, query)).toEqual(expected);
  });
});

describe("time", () => {
  test("goes from `since` up to but without `until`", () => {
    const times = library.list({ order: "oldest" }).entries.map((entry) => new Date(entry.created));
    const [, second, third, , fifth] = times;
    if (second === undefined || third === undefined || fifth === undefined) throw new Error("Five were added");
    expect(prompts(library, { since: second, until: third })).toEqual(["wizard in a purple robe"]);
    expect(prompts(library, { since: fifth, text: "cafe" })).toEqual(["a café by the road"]);
    expect(prompts(library, { until: second, text: "dragon" })).toEqual(["red dragon"]);
    expect(prompts(library, { since: new Date("2030-01-01") })).toEqual([]);
    expect(library.count({ since: third })).toBe(3);
  });
});

test("pages join without a gap, and count says how many there are", () => {
  for (const order of ["newest", "oldest", "rating"] as const) {
    const found: string[] = [];
    let offset: number | null = 0;
    while (offset !== null) {
      const page = library.search("a", { order, limit: 2, offset });
      found.push(...page.entries.map((entry) => entry.prompt));
      offset = page.nextOffset;
    }
    expect(found).toHaveLength(library.count({ text: "a" }));
    expect(new Set(found).size).toBe(found.length);
  }
  expect(library.count({ text: "?" })).toBe(0);
});

test("words follow changes of tags and ratings", async () => {
  const library = await fill(await sampleLibrary());
  const [entry] = library.search("wizard").entries;
  if (entry === undefined) throw new Error("It was added");
  library.tag([entry.id], ["Boss fight"]);
  library.untag([entry.id], ["hero"]);
  library.rate([entry.id], 1);
  expect(prompts(library, { text: "boss" })).toEqual(["wizard in a purple robe"]);
  expect(prompts(library, { text: "hero" })).toEqual(["red dragon"]);
  expect(prompts(library, { minRating: 2, text: "wizard" })).toEqual([]);
});

describe("of more matches than are sorted", () => {
  let many: Library;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "library-"));
    many = await openLibrary(folder, { clock: sampleClock() });
    await many.add(sampleSprite("red dragon, dragon, dragon"));
    using database = new DatabaseSync(join(folder, "library.db"));
    database.exec(`
      CREATE TEMP TABLE copies AS
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2100)
        SELECT n, sprites.* FROM numbers, sprites;
      UPDATE copies SET
        serial = n + 1, id = 'copy-' || n, prompt = 'blue dragon ' || n,
        rating = CASE WHEN n % 1000 = 0 THEN n / 500 WHEN n = 7 THEN 4 END;
      ALTER TABLE copies DROP COLUMN n;
      INSERT INTO sprites SELECT * FROM copies`);
  });
  afterAll(() => {
    many.close();
    rmSync(many.directory, { recursive: true });
  });
  const numbers = (query: SpriteQuery) =>
    many.search("dragon", query).entries.map((entry) => Number(entry.prompt.split(" ")[2]));

  test("those that rate best come first, then the newest", () => {
    expect(numbers({ order: "rating", limit: 5 })).toEqual([2000, 7, 1000, 2100, 2099]);
    expect(numbers({ order: "rating", limit: 2, offset: 2 })).toEqual([1000, 2100]);
    expect(numbers({ order: "rating", limit: 2, minRating: 4 })).toEqual([2000, 7]);
  });

  test("the relevance of the newest 2,000 counts", () => {
    expect(many.search("dragon", { order: "relevance", limit: 1000, offset: 1000 }).nextOffset).toBeNull();
    expect(many.search("dragon red", { order: "relevance" }).entries).toHaveLength(1);
    expect(many.count({ text: "dragon" })).toBe(2101);
  });
});

test("a prompt or a tag cannot pass for a filter", async () => {
  const library = await sampleLibrary();
  const { id } = await library.add(sampleSprite("\u{e000}r5 \u{e000}tile1"));
  library.tag([id], ["\u{e000}r5"]);
  expect(library.list({ minRating: 5 }).entries).toEqual([]);
  expect(library.list({ tile: true }).entries).toEqual([]);
  expect(library.search("r5").entries).toHaveLength(1);
});

describe("refuses", () => {
  test.each<[SpriteQuery, string]>([
    [{ limit: 0 }, "Cannot search with limit 0: give a whole number from 1 to 1000"],
    [{ limit: 1001 }, "Cannot search with limit 1001: give a whole number from 1 to 1000"],
    [{ offset: -1 }, "Cannot search with offset -1: give a whole number from 0"],
    [{ minRating: 6 }, "Cannot search with minRating 6: give a whole number from 1 to 5"],
    [{ size: 1.5 }, "Cannot search with size 1.5: give a whole number from 1"],
    [{ since: new Date("soon") }, "Cannot search with since Invalid Date: give a date such as 2026-11-22"],
    [{ text: "a ".repeat(50_000) }, "Cannot search with a text of 100000 characters: shorten it to 2000 at most"],
    [{ order: "best" as never }, "Cannot search with order best: give newest, oldest, rating or relevance"],
  ])("%j", (query, message) => {
    expect(() => library.list(query)).toThrow(expect.objectContaining({ code: "invalid-query", message }));
  });
});
