import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { openDatabase, inSnapshot as readAtOnce, inTransaction as transact } from "#database";
import { librarySchema } from "./migrations.ts";
import { libraryErrorFrom } from "./sqlite-error.ts";

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
  try {
    const { database, previousVersion } = await openDatabase(file, librarySchema, { busyTimeoutMs });
    try {
      if (previousVersion === 0 && existsSync(join(directory, spritesFolder)))
        database
          .prepare("INSERT INTO intents (kind, id, file, row, started) VALUES ('adopt', '', '', '', ?)")
          .run(clock().toISOString());
      return { directory, database, file, busyTimeoutMs, clock };
    } catch (cause) {
      database.close();
      throw cause;
    }
  } catch (cause) {
    throw libraryErrorFrom(cause, "open the library", { file, busyTimeoutMs });
  }
}

/** The rows that a statement answers; `Row` is the caller's claim about its columns. */
export function rowsOf<Row>({ database }: Store, sql: string, ...values: readonly (string | number)[]): readonly Row[] {
  return database.prepare(sql).all(...values) as unknown as readonly Row[];
}

/** Runs `work` with the write lock; what it throws undoes all that it did. */
export function inTransaction<Result>({ database }: Store, work: () => Result): Result {
  return transact(database, work);
}

/** Runs `work`, which reads, on the library as it is at one moment, whatever other processes do. */
export function inSnapshot<Result>({ database }: Store, work: () => Result): Result {
  return readAtOnce(database, work);
}
