import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { databaseProblemOf } from "#database";
import { makeFolder, writeFileAtomically } from "#files";
import { WorkerError } from "./worker-error.ts";

const lockName = "daemon.lock";
const factsName = "daemon.json";

/**
 * Makes this process the only daemon of a folder, until it ends, however it ends. Throws a WorkerError that names the
 * other one. The lock is SQLite's on a database that holds nothing: a lock of the operating system's, which a killed
 * process cannot leave behind, and which works on every platform.
 */
export async function lockDaemon(folder: string, facts: { readonly endpoint: string }): Promise<() => void> {
  await makeFolder(folder);
  const database = lock(folder);
  if (database === undefined) {
    const holder = await holderOf(folder);
    const who =
      holder === undefined
        ? "another daemon has it"
        : `a daemon has it already (process ${holder.pid}, ${holder.endpoint})`;
    throw new WorkerError(
      "already-running",
      `Cannot start a daemon for ${folder}: ${who}; use that one, or end it first`,
    );
  }
  await writeFileAtomically(
    join(folder, factsName),
    `${JSON.stringify({ pid: process.pid, endpoint: facts.endpoint })}\n`,
  );
  return () => database.close();
}

/** The lock, or undefined when another process has it. */
function lock(folder: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, lockName), { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (cause) {
    database?.close();
    if (databaseProblemOf(cause) === "busy") return undefined;
    throw new WorkerError(
      "not-lockable",
      `Cannot start a daemon for ${folder}: ${(cause as Error).message}; make the folder writable`,
      { cause },
    );
  }
}

async function holderOf(folder: string): Promise<{ readonly pid: number; readonly endpoint: string } | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, factsName), "utf8"));
  } catch {
    return undefined;
  }
}
