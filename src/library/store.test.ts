import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openLibrary } from "./library.ts";
import { applicationId, latestVersion } from "./migrations.ts";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";
import { sampleClock, sampleSprite } from "./sample-sprites.ts";

const open = (directory: string) => openLibrary(directory, { clock: sampleClock() });

test("a new library says whose it is and of which version, and an old one is opened as it is", async () => {
  const library = await sampleLibrary();
  const { id } = await library.add(sampleSprite("a"));
  library.close();
  using database = new DatabaseSync(join(library.directory, "library.db"));
  expect(database.prepare("PRAGMA application_id").get()).toEqual({ application_id: applicationId });
  expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: latestVersion });
  expect((await sampleLibrary(library.directory)).get(id).prompt).toBe("a");
});

test("a migration that fails leaves the version before it", async () => {
  const directory = sampleFolder();
  using database = new DatabaseSync(join(directory, "library.db"));
  database.exec(`PRAGMA application_id = ${applicationId}; CREATE TABLE tags (a); INSERT INTO tags VALUES (1)`);
  await expect(open(directory)).rejects.toMatchObject({
    code: "failed",
    message: expect.stringContaining('answered "table tags already exists"; check the disk'),
  });
  expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 0 });
  expect(database.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "tags" }]);
});

describe("refuses, and leaves untouched,", () => {
  test("a library of a newer version", async () => {
    const directory = sampleFolder();
    const file = join(directory, "library.db");
    (await sampleLibrary(directory)).close();
    using database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    const before = readFileSync(file);
    await expect(open(directory)).rejects.toMatchObject({
      code: "newer-version",
      details: { version: 99, supported: latestVersion },
      message:
        `Cannot open the library: ${file} has version 99, and this program knows up to ${latestVersion}; ` +
        "update dgx-pixels or choose another folder",
    });
    expect(readFileSync(file)).toEqual(before);
  });

  test("a file that is no database", async () => {
    const directory = sampleFolder();
    const file = join(directory, "library.db");
    writeFileSync(file, "some notes of mine, long enough to be taken for a header of a database".repeat(20));
    const before = readFileSync(file);
    await expect(open(directory)).rejects.toMatchObject({
      code: "not-a-library",
      message: `Cannot open the library: ${file} is not a library; choose another folder, or rebuild the library if it was one`,
    });
    expect(readFileSync(file)).toEqual(before);
  });

  test("another program's database", async () => {
    const directory = sampleFolder();
    const file = join(directory, "library.db");
    using database = new DatabaseSync(file);
    database.exec("CREATE TABLE mine (a)");
    database.close();
    const before = readFileSync(file);
    await expect(open(directory)).rejects.toMatchObject({
      code: "not-a-library",
      message: `Cannot open the library: ${file} belongs to another program; choose another folder`,
    });
    expect(readFileSync(file)).toEqual(before);
  });

  test("a folder in place of the database", async () => {
    const directory = sampleFolder();
    mkdirSync(join(directory, "library.db"));
    await expect(open(directory)).rejects.toMatchObject({ code: "not-writable" });
  });
});

test("a damaged database is told as such, with the way out", async () => {
  const library = await sampleLibrary();
  for (let seed = 0; seed < 20; seed++) await library.add(sampleSprite("a dragon", seed));
  library.close();
  const file = join(library.directory, "library.db");
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4096);
  writeFileSync(file, bytes);
  const message = `${file} is damaged; rebuild the library from its pictures, which hold their recipes`;
  await expect(open(library.directory)).rejects.toMatchObject({
    code: "damaged",
    message: `Cannot open the library: ${message}`,
  });
});
