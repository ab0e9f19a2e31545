import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
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
  const database = new DatabaseSync(join(folder, lockName), { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    const text = await readFile(join(folder, factsName), "utf8").catch(() => "{}");
    const { pid, endpoint } = JSON.parse(text) as { pid?: number; endpoint?: string };
    const who = pid === undefined ? "another daemon has it" : `a daemon has it already (process ${pid}, ${endpoint})`;
    throw new WorkerError(
      "already-running",
      `Cannot start a daemon for ${folder}: ${who}; use that one, or end it first`,
      { cause },
    );
  }
  await writeFileAtomically(
    join(folder, factsName),
    `${JSON.stringify({ pid: process.pid, endpoint: facts.endpoint })}\n`,
  );
  return () => database.close();
}
