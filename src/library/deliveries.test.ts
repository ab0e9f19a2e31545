import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { rowOf } from "./entry.ts";
import { recordAddition } from "./intents.ts";
import { idOf } from "./reference.ts";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";
import { sampleSprite } from "./sample-sprites.ts";
import { databaseName, openStore } from "./store.ts";

const job = "01234567-89ab-4def-8123-456789abcdef";
const pictures = (directory: string) =>
  readdirSync(join(directory, "sprites"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".png"),
  );

test("a job's second try adds nothing, whatever it drew", async () => {
  const library = await sampleLibrary();
  expect(library.delivered(job)).toBeUndefined();
  const first = await library.deliver(job, sampleSprite("red dragon", 1));
  expect(await library.deliver(job, sampleSprite("red dragon", 2))).toEqual(first);
  expect(await library.deliver(job, sampleSprite("red dragon", 1))).toEqual(first);
  expect(library.delivered(job)).toEqual({ id: first?.id, entry: first });
  expect(library.count()).toBe(1);
  expect(pictures(library.directory)).toHaveLength(1);
});

test("two jobs may come to the same sprite", async () => {
  const library = await sampleLibrary();
  const added = await library.add(sampleSprite("red dragon"));
  const other = job.replace("0", "f");
  expect(await library.deliver(job, sampleSprite("red dragon"))).toEqual(added);
  expect(await library.deliver(other, sampleSprite("red dragon"))).toEqual(added);
  expect(library.count()).toBe(1);
});

test("a sprite that was removed does not come back by its job", async () => {
  const library = await sampleLibrary();
  const entry = await library.deliver(job, sampleSprite("red dragon"));
  library.remove([String(entry?.id)]);
  expect(await library.deliver(job, sampleSprite("red dragon"))).toBeUndefined();
  expect(library.delivered(job)).toEqual({ id: entry?.id, entry: undefined });
  expect([library.count(), pictures(library.directory)]).toEqual([0, []]);
});

test("tries that end at the same time, in two processes, leave one sprite", async () => {
  const directory = sampleFolder();
  const libraries = [await sampleLibrary(directory), await sampleLibrary(directory)];
  for (let round = 0; round < 10; round++) {
    const id = job.replace("01234567", String(round).padStart(8, "0"));
    const entries = await Promise.all(
      libraries.map((library, index) => library.deliver(id, sampleSprite("red dragon", round * 2 + index))),
    );
    expect(entries[0]).toEqual(entries[1]);
    expect([libraries[0].count(), pictures(directory).length]).toEqual([round + 1, round + 1]);
  }
});

test("what a killed process had written is delivered by whoever opens the library next", async () => {
  const directory = sampleFolder();
  const library = await sampleLibrary(directory);
  const store = await openStore(directory, databaseName, { clock: () => new Date() });
  const { png, recipe, width, height, colors, seconds } = sampleSprite("red dragon");
  const file = "sprites/2026-11/red-dragon.png";
  const row = rowOf({ id: idOf(png), file, width, height, colors, seconds, created: "2026-11-22" }, recipe);
  recordAddition(store, { row, recipeJson: JSON.stringify(recipe), job });
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, file), png);
  store.database.close();
  expect(library.delivered(job)).toBeUndefined();

  const next = await sampleLibrary(directory);
  expect(next.delivered(job)?.entry?.file).toBe(join(directory, file));
  expect(await next.deliver(job, sampleSprite("red dragon", 99))).toMatchObject({ id: idOf(png) });
  expect(next.count()).toBe(1);
});
