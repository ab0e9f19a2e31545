import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { inTransaction } from "#database";
import type { Quota } from "../queue-options.ts";

/** An open queue: its database, and what it was opened with. */
export type QueueStore = {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly busyTimeoutMs: number;
  readonly nowMs: () => number;
  readonly randomId: () => string;
  readonly backoffMs: (attempts: number) => number;
  readonly quota: Quota;
  /** By their SQL. */
  readonly statements: Map<string, StatementSync>;
};

/** Gives each change of a job its number in the queue's sequence. */
export type Stamp = () => number;

function prepared({ database, statements }: QueueStore, sql: string): StatementSync {
  let statement = statements.get(sql);
  if (statement === undefined) {
    statement = database.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}

/** The rows that a statement answers; `Row` is the caller's claim about its columns. */
export function rowsOf<Row>(store: QueueStore, sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
  return prepared(store, sql).all(...values) as unknown as readonly Row[];
}

export function rowOf<Row>(store: QueueStore, sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
  return prepared(store, sql).get(...values) as unknown as Row | undefined;
}

/** Answers how many rows changed. */
export function run(store: QueueStore, sql: string, ...values: readonly SQLInputValue[]): number {
  return Number(prepared(store, sql).run(...values).changes);
}

/** Runs `work` with the write lock; what it throws undoes all that it did, and the numbers it took. */
export function inChange<Result>(store: QueueStore, work: (stamp: Stamp) => Result): Result {
  return inTransaction(store.database, () => {
    const before = sequenceOf(store);
    let sequence = before;
    const result = work(() => ++sequence);
    if (sequence !== before) run(store, "UPDATE queue SET sequence = ?", sequence);
    return result;
  });
}

/**
 * As inChange, without waiting for the disk: a power cut may take back the last ones, a killed process none. For claims
 * and heartbeats, which are worth nothing once the machine and its workers are gone.
 */
export function inFleetingChange<Result>(store: QueueStore, work: (stamp: Stamp) => Result): Result {
  const { database } = store;
  database.exec("PRAGMA synchronous = NORMAL");
  try {
    return inChange(store, work);
  } finally {
    database.exec("PRAGMA synchronous = FULL");
  }
}

/** The number of the last change. */
export function sequenceOf(store: QueueStore): number {
  return rowOf<{ sequence: number }>(store, "SELECT sequence FROM queue")?.sequence ?? 0;
}
