import type { DatabaseSync } from "node:sqlite";

/** Runs `work` with the write lock; what it throws undoes all that it did. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  return between(database, "BEGIN IMMEDIATE", work);
}

/** Runs `work`, which reads, on the database as it is at one moment, whatever other processes do. */
export function inSnapshot<Result>(database: DatabaseSync, work: () => Result): Result {
  return between(database, "BEGIN", work);
}

function between<Result>(database: DatabaseSync, begin: string, work: () => Result): Result {
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
