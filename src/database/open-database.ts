import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseError } from "./database-error.ts";
import { databaseProblemOf } from "./problem.ts";
import { isForeign, migrate, type Schema, versionOf } from "./schema.ts";

export type OpenDatabaseOptions = {
  /** How long to wait for another process that is writing. */
  readonly busyTimeoutMs: number;
};

export type OpenedDatabase = {
  readonly database: DatabaseSync;
  /** The version it had before, 0 for a new one. */
  readonly previousVersion: number;
};

/**
 * Opens or makes the database `file` in an existing folder and brings it to the latest version. What is foreign or newer
 * is left untouched. Throws DatabaseError, and what SQLite throws (see databaseProblemOf).
 */
export async function openDatabase(
  file: string,
  schema: Schema,
  { busyTimeoutMs }: OpenDatabaseOptions,
): Promise<OpenedDatabase> {
  const deadline = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      return openOnce(file, schema, busyTimeoutMs);
    } catch (cause) {
      // SQLite does not wait by itself while another process turns a new database to WAL.
      if (databaseProblemOf(cause) !== "busy" || performance.now() > deadline) throw cause;
      await sleep(5 + 20 * Math.random());
    }
  }
}

function openOnce(file: string, schema: Schema, busyTimeoutMs: number): OpenedDatabase {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs, defensive: true });
  try {
    refuseOthers(database, file, schema);
    // FULL: what has been acknowledged survives a power failure too, for some milliseconds a change.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384");
    database.exec("PRAGMA journal_size_limit = 16777216");
    return { database, previousVersion: migrate(database, schema) };
  } catch (cause) {
    database.close();
    throw cause;
  }
}

function refuseOthers(database: DatabaseSync, file: string, schema: Schema): void {
  if (isForeign(database, schema))
    throw new DatabaseError(`Cannot open ${file}: it belongs to another program; choose another folder`, {
      code: "foreign",
      file,
    });
  const version = versionOf(database);
  const supported = schema.steps.length;
  if (version > supported)
    throw new DatabaseError(
      `Cannot open ${file}: it has version ${version}, and this program knows up to ${supported}; update dgx-pixels`,
      { code: "newer-version", file, version, supported },
    );
}
