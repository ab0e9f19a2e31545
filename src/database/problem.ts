export type DatabaseProblem =
  | "busy"
  | "not-writable"
  | "disk-full"
  | "not-a-database"
  | "damaged"
  | "closed"
  /** Anything else; SQLite's message says what. */
  | "failed";

/** https://www.sqlite.org/rescode.html; the low byte is the primary code. */
const problems: ReadonlyMap<number, DatabaseProblem> = new Map([
  [5, "busy"],
  [6, "busy"],
  [8, "not-writable"],
  [14, "not-writable"],
  [11, "damaged"],
  [13, "disk-full"],
  [26, "not-a-database"],
]);

/** What an error of node:sqlite means; undefined for every other error. */
export function databaseProblemOf(cause: unknown): DatabaseProblem | undefined {
  if (!(cause instanceof Error)) return undefined;
  if ("code" in cause && cause.code === "ERR_INVALID_STATE") return "closed";
  if (!("errcode" in cause) || typeof cause.errcode !== "number") return undefined;
  return problems.get(cause.errcode & 0xff) ?? "failed";
}
