import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { isForeign, latestVersion, migrate, versionOf } from "./migrations.ts";
import { LibraryError } from "./library-error.ts";
import { isBusy, libraryErrorFrom } from "./sqlite-error.ts";

/** An open library: its folder, its database and what time it is. */
export type Store = {
  readonly directory: string;
  readonly database: DatabaseSync;
  readonly file: string;
  readonly busyTimeoutMs: number;
  readonly clock: () => Date;
};

export type StoreOptions = {
  readonly clock: () => Date;
  /** How long to wait for another process that is writing. */
  readonly busyTimeoutMs?: number | undefined;
};

export const databaseName = "library.db";
export const spritesFolder = "sprites";
const defaultBusyTimeoutMs = 5000;

/** Opens or makes the database `name` in an existing folder. Throws LibraryError. */
export async function openStore(directory: string, name: string, options: StoreOptions): Promise<Store> {
  const { clock, busyTimeoutMs = defaultBusyTimeoutMs } = options;
  const file = join(directory, name);
  const deadline = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      return { directory, database: openDatabase(file, directory, busyTimeoutMs, clock), file, busyTimeoutMs, clock };
    } catch (cause) {
      // SQLite does not wait by itself while another process turns a new database to WAL.
      if (!isBusy(cause) || performance.now() > deadline)
        throw libraryErrorFrom(cause, "open the library", { file, busyTimeoutMs });
      await sleep(5 + 20 * Math.random());
    }
  }
}

function openDatabase(file: string, directory: string, busyTimeoutMs: number, clock: () => Date): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs, defensive: true });
  try {
    refuseOthers(database, file);
    // FULL: what has been acknowledged survives a power failure too, for some milliseconds a sprite.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384");
    database.exec("PRAGMA journal_size_limit = 16777216");
    const hadNoTables = migrate(database) === 0;
    if (hadNoTables && existsSync(join(directory, spritesFolder)))
      database
        .prepare("INSERT INTO intents (kind, id, file, row, started) VALUES ('adopt', '', '', '', ?)")
        .run(clock().toISOString());
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

function refuseOthers(database: DatabaseSync, file: string): void {
  if (isForeign(database))
    throw new LibraryError(`Cannot open the library: ${file} belongs to another program; choose another folder`, {
      code: "not-a-library",
      file,
    });
  const version = versionOf(database);
  if (version > latestVersion)
    throw new LibraryError(
      `Cannot open the library: ${file} has version ${version}, and this program knows up to ${latestVersion}; ` +
        "update dgx-pixels or choose another folder",
      { code: "newer-version", file, version, supported: latestVersion },
    );
}

/** The rows that a statement answers; `Row` is the caller's claim about its columns. */
export function rowsOf<Row>({ database }: Store, sql: string, ...values: readonly (string | number)[]): readonly Row[] {
  return database.prepare(sql).all(...values) as unknown as readonly Row[];
}

/** Runs `work` with the write lock; what it throws undoes all that it did. */
export function inTransaction<Result>(store: Store, work: () => Result): Result {
  return between(store, "BEGIN IMMEDIATE", work);
}

/** Runs `work`, which reads, on the library as it is at one moment, whatever other processes do. */
export function inSnapshot<Result>(store: Store, work: () => Result): Result {
  return between(store, "BEGIN", work);
}

function between<Result>({ database }: Store, begin: string, work: () => Result): Result {
  database.exec(begin);
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (cause) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw cause;
  }
}
