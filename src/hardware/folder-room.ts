import { mkdtemp, rmdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Whether things can be kept in a folder. `trouble` is null when they can; the folder itself may not exist yet. */
export type FolderRoom = {
  readonly exists: boolean;
  readonly trouble: string | null;
  /** Bytes free to this person on the folder's disk; null where the system does not tell. */
  readonly freeBytes: number | null;
};

/**
 * Tries the folder, or the nearest one above it that exists, by making an empty folder inside and removing it:
 * permission bits do not tell of read-only mounts, quotas and Windows' access lists. Never throws.
 */
export async function checkFolderRoom(folder: string): Promise<FolderRoom> {
  const existing = await nearestExisting(folder);
  const exists = existing === folder;
  const freeBytes = await freeBytesOf(existing);
  try {
    await rmdir(await mkdtemp(join(existing, ".dgx-pixels-")));
    return { exists, trouble: null, freeBytes };
  } catch (error) {
    return { exists, trouble: (error as Error).message, freeBytes };
  }
}

async function nearestExisting(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : nearestExisting(parent);
  }
}

async function freeBytesOf(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
