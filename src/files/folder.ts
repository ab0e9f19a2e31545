import { mkdir, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { filesErrorFrom, systemCodeOf } from "./files-error.ts";

/** Makes a folder and those above it, and waits until they are on the disk. Throws FilesError. */
export async function makeFolder(path: string): Promise<void> {
  const folder = resolve(path);
  try {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
  } catch (cause) {
    throw filesErrorFrom(cause, "make", folder);
  }
}

/**
 * Waits until a folder's names are on the disk. Windows and some network file systems cannot do this to a folder; there
 * the names are as durable as the system makes them.
 */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, "r");
    await handle.sync();
  } catch (cause) {
    const code = systemCodeOf(cause);
    if (code !== undefined && cannotSyncFolders.has(code)) return;
    throw cause;
  }
}

const cannotSyncFolders = new Set(["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);
