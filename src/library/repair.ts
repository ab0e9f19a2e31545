import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { removeStaleTemporaries } from "#files";
import { adoptFiles, type SkippedFile } from "./adopt-files.ts";
import { entriesOf, type LibraryEntry } from "./entry.ts";
import { settleIntents } from "./intents.ts";
import { spritesFolder, type Store } from "./store.ts";

export type Repair = {
  readonly adopted: number;
  readonly moved: number;
  readonly skipped: readonly SkippedFile[];
  /** Sprites whose PNG is nowhere in the library. */
  readonly missing: readonly LibraryEntry[];
  readonly temporariesRemoved: number;
};

/** A temporary younger than this may belong to a process that is writing it. */
const staleAfterMs = 60 * 60 * 1000;

/**
 * Compares the whole library with its files: finds again what was moved, takes in what has no row, clears away what was
 * half-written, and names what is missing. Reads every PNG that it does not know.
 */
export async function repairLibrary(store: Store): Promise<Repair> {
  await settleIntents(store);
  const adoption = await adoptFiles(store);
  const serials = store.database.prepare("SELECT serial FROM sprites ORDER BY serial").all();
  const entries = entriesOf(
    store,
    serials.map((row) => Number(row["serial"])),
  );
  return {
    ...adoption,
    missing: entries.filter((entry) => entry.missing),
    temporariesRemoved: await removeTemporaries(store),
  };
}

async function removeTemporaries({ directory, clock }: Store): Promise<number> {
  const sprites = join(directory, spritesFolder);
  const folders = await readdir(sprites, { withFileTypes: true }).catch(() => []);
  let removed = 0;
  for (const folder of folders)
    if (folder.isDirectory())
      removed += await removeStaleTemporaries(join(sprites, folder.name), staleAfterMs, clock());
  return removed;
}
