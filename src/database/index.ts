/**
 * SQLite databases of this program's own: opened with their versions, changed whole or not at all, and what SQLite's
 * errors mean.
 *
 *     const { database } = await openDatabase(file, { applicationId, steps }, { busyTimeoutMs: 5000 });
 *     inTransaction(database, () => database.exec("..."));
 */
export { DatabaseError } from "./database-error.ts";
export { openDatabase } from "./open-database.ts";
export { type DatabaseProblem, databaseProblemOf } from "./problem.ts";
export type { Schema } from "./schema.ts";
export { inSnapshot, inTransaction } from "./transaction.ts";
