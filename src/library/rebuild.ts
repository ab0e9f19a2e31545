import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { filesErrorFrom, makeFolder } from "#files";
import { adoptFiles, type SkippedFile } from "./adopt-files.ts";
import { databaseName, inTransaction, openStore, rowsOf, type Store, type StoreOptions } from "./store.ts";
import { libraryErrorFrom } from "./sqlite-error.ts";

export type Rebuild = {
  readonly sprites: number;
  readonly skipped: readonly SkippedFile[];
  /** Sprites whose tags, rating or times could still be read from the old database. */
  readonly remembered: number;
  /** Comparisons that could still be read from it, with their votes. */
  readonly comparisons: number;
  /** Where the old database was put; null: there was none. */
  readonly setAside: string | null;
};

const rebuildingName = "library.rebuilding.db";
const besideDatabase = ["", "-wal", "-shm"] as const;

/**
 * Makes library.db again from the PNGs, which hold their recipes, and from what is still legible in the old one (tags,
 * ratings, times, comparisons, what jobs have delivered). The old one is set aside, never deleted, and only when the new one is complete. No other process may
 * use the library meanwhile. Throws FilesError and LibraryError.
 */
export async function rebuildLibrary(directory: string, options: StoreOptions): Promise<Rebuild> {
  const folder = resolve(directory);
  await makeFolder(folder);
  const old = join(folder, databaseName);
  const { memories, records } = rememberedFrom(old);
  await removeDatabase(join(folder, rebuildingName));
  const store = await openStore(folder, rebuildingName, options);
  let adoption: Awaited<ReturnType<typeof adoptFiles>>;
  let remembered: number;
  let comparisons: number;
  try {
    adoption = await adoptFiles(store, (id) => memories.get(id)?.created);
    remembered = inTransaction(store, () => {
      keepRecords(store, records);
      return recall(store, memories);
    });
    comparisons = Number(rowsOf<{ count: number }>(store, "SELECT count(*) AS count FROM comparisons")[0]?.count);
    store.database.exec("DELETE FROM intents");
  } catch (cause) {
    throw libraryErrorFrom(cause, "rebuild the library", store);
  } finally {
    // Closing the last connection also folds the write-ahead log into the file.
    store.database.close();
  }
  const setAside = existsSync(old) ? await moveAside(old, options.clock()) : null;
  await moveFile(store.file, old);
  return { sprites: adoption.adopted, skipped: adoption.skipped, remembered, comparisons, setAside };
}

type Memory = {
  readonly created: string;
  readonly seconds: number | null;
  readonly rating: number | null;
  readonly tags: string[];
};

/** Tables whose rows stand in no picture, with their columns; votes after the comparisons that they belong to. */
const recordTables = {
  deliveries: ["job", "sprite"],
  comparisons: ["serial", "id", "content", "created"],
  votes: ["vote", "comparison", "row", "shown", "winner", "is_blind", "created"],
} as const;
type RecordTable = keyof typeof recordTables;

/** Values of a row in the order of its table's columns. */
type Records = Readonly<Record<RecordTable, SQLOutputValue[][]>>;

/** Reads as far as the damage lets it. */
function rememberedFrom(file: string): { readonly memories: Map<string, Memory>; readonly records: Records } {
  const memories = new Map<string, Memory>();
  const records: Records = { deliveries: [], comparisons: [], votes: [] };
  if (!existsSync(file)) return { memories, records };
  asFarAsPossible(() => {
    using database = new DatabaseSync(file);
    asFarAsPossible(() => {
      for (const row of database.prepare("SELECT id, created, seconds, rating FROM sprites").iterate())
        memories.set(String(row["id"]), {
          created: String(row["created"]),
          seconds: row["seconds"] === null ? null : Number(row["seconds"]),
          rating: row["rating"] === null ? null : Number(row["rating"]),
          tags: [],
        });
    });
    asFarAsPossible(() => {
      const tags = database.prepare(
        "SELECT id, name FROM sprite_tags JOIN tags USING (tag) JOIN sprites ON serial = sprite",
      );
      for (const row of tags.iterate()) memories.get(String(row["id"]))?.tags.push(String(row["name"]));
    });
    for (const [table, columns] of recordsByTable())
      asFarAsPossible(() => {
        const rows = database.prepare(`SELECT ${columns.join(", ")} FROM ${table}`);
        for (const row of rows.iterate()) records[table].push(columns.map((column) => row[column] ?? null));
      });
  });
  return { memories, records };
}

function recordsByTable(): readonly (readonly [RecordTable, readonly string[]])[] {
  return Object.entries(recordTables) as [RecordTable, readonly string[]][];
}

/** A row that does not fit, such as a vote whose comparison could not be read, is left out. */
function keepRecords({ database }: Store, records: Records): void {
  for (const [table, columns] of recordsByTable()) {
    const insert = database.prepare(
      `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    );
    for (const row of records[table]) asFarAsPossible(() => insert.run(...row));
  }
}

function asFarAsPossible(work: () => void): void {
  try {
    work();
  } catch {
    // What is damaged is lost; the pictures are not.
  }
}

/** Answers how many sprites got something back. */
function recall({ database }: Store, memories: ReadonlyMap<string, Memory>): number {
  let remembered = 0;
  for (const { id, serial } of database.prepare("SELECT id, serial FROM sprites").all()) {
    const memory = memories.get(String(id));
    if (memory === undefined) continue;
    remembered++;
    database
      .prepare("UPDATE sprites SET seconds = ?, rating = ? WHERE serial = ?")
      .run(memory.seconds, memory.rating, Number(serial));
    for (const name of memory.tags) {
      database.prepare("INSERT INTO tags (name) VALUES (?) ON CONFLICT (name) DO NOTHING").run(name);
      database
        .prepare("INSERT INTO sprite_tags (sprite, tag) SELECT ?, tag FROM tags WHERE name = ?")
        .run(Number(serial), name);
    }
  }
  return remembered;
}

async function moveAside(file: string, now: Date): Promise<string> {
  const aside = `${file}.damaged-${now.toISOString().replace(/\D/g, "").slice(0, 17)}`;
  for (const suffix of besideDatabase) if (existsSync(file + suffix)) await moveFile(file + suffix, aside + suffix);
  return aside;
}

async function removeDatabase(file: string): Promise<void> {
  for (const suffix of besideDatabase) await rm(file + suffix, { force: true });
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    throw filesErrorFrom(cause, "write", to);
  }
}
