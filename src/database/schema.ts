import type { DatabaseSync } from "node:sqlite";

/** What a kind of database holds. */
export type Schema = {
  /** Four bytes that mark a database as one of this kind. */
  readonly applicationId: number;
  /**
   * SQL: what each version adds to the one before; the database's user_version counts them. A step that has been
   * released is never edited.
   */
  readonly steps: readonly string[];
};

export function versionOf(database: DatabaseSync): number {
  return pragmaOf(database, "user_version");
}

/** Whether the database holds something that is not of this kind. */
export function isForeign(database: DatabaseSync, { applicationId }: Schema): boolean {
  if (pragmaOf(database, "application_id") === applicationId) return false;
  return database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() !== undefined;
}

/**
 * Brings a database to the latest version, each step in a transaction of its own under the write lock, so that two
 * processes can do it at once. Answers the version it had.
 */
export function migrate(database: DatabaseSync, { applicationId, steps }: Schema): number {
  const before = versionOf(database);
  for (let version = before; version < steps.length; version++) {
    database.exec("BEGIN IMMEDIATE");
    try {
      if (versionOf(database) === version) {
        database.exec(steps[version] ?? "");
        database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version + 1}`);
      }
      database.exec("COMMIT");
    } catch (cause) {
      database.exec("ROLLBACK");
      throw cause;
    }
  }
  return before;
}

function pragmaOf(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
