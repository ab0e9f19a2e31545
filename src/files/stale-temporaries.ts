import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { filesErrorFrom, systemCodeOf } from "./files-error.ts";
import { isTemporaryName } from "./temporary-name.ts";

/**
 * Removes what writeFileAtomically left when its process was killed: our temporaries last written more than
 * `olderThanMs` before `now`. Answers how many. A folder that does not exist has none. Throws FilesError.
 */
export async function removeStaleTemporaries(folder: string, olderThanMs: number, now: Date): Promise<number> {
  let removed = 0;
  try {
    for (const name of await readdir(folder)) {
      if (!isTemporaryName(name)) continue;
      const path = join(folder, name);
      const status = await stat(path).catch(() => undefined);
      if (status === undefined || now.getTime() - status.mtimeMs <= olderThanMs) continue;
      await rm(path, { force: true });
      removed++;
    }
  } catch (cause) {
    if (systemCodeOf(cause) === "ENOENT") return removed;
    throw filesErrorFrom(cause, "list", folder);
  }
  return removed;
}
