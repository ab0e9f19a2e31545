import { existsSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FilesError, filesErrorFrom, removeStaleTemporaries } from "#files";
import { adoptFiles } from "./adopt-files.ts";
import { recordDelivery } from "./deliveries.ts";
import { insertSprite, type SpriteRow } from "./entry.ts";
import { idOf } from "./reference.ts";
import { inTransaction, rowsOf, type Store } from "./store.ts";

/**
 * File and row cannot change in one step, so the step is first written down in `intents`; whoever opens the library
 * next finishes what a killed process began. Finishing is idempotent, so it does not matter that the process may still
 * be alive and finish it as well.
 */
export type AddIntent = {
  readonly row: SpriteRow;
  readonly recipeJson: string;
  /** The job that made it. */
  readonly job?: string | undefined;
};

/** A picture that has not come by then never will; what is left of its writing can go. */
const abandonedAfterMs = 60 * 60 * 1000;

export function recordAddition({ database, clock }: Store, addition: AddIntent): number {
  const { row } = addition;
  const { lastInsertRowid } = database
    .prepare("INSERT INTO intents (kind, id, file, row, started) VALUES ('add', ?, ?, ?, ?)")
    .run(row.id, row.file, JSON.stringify(addition), clock().toISOString());
  return Number(lastInsertRowid);
}

export function recordRemoval({ database, clock }: Store, id: string, file: string): number {
  const { lastInsertRowid } = database
    .prepare("INSERT INTO intents (kind, id, file, row, started) VALUES ('remove', ?, ?, '', ?)")
    .run(id, file, clock().toISOString());
  return Number(lastInsertRowid);
}

/**
 * Puts the row of a PNG in that lies there whole, under the write lock. If the job that made it has delivered another
 * sprite meanwhile, that one counts, and this PNG goes unless it is a sprite for another reason.
 */
export function finishAddition(store: Store, intent: number, { row, recipeJson, job }: AddIntent): void {
  if (job === undefined || recordDelivery(store, job, row.id)) insertSprite(store, row, recipeJson);
  else if (store.database.prepare("SELECT 1 FROM sprites WHERE file = ?").get(row.file) === undefined)
    removeFile(join(store.directory, row.file));
  forgetIntent(store, intent);
}

export function forgetIntent({ database }: Store, intent: number): void {
  database.prepare("DELETE FROM intents WHERE intent = ?").run(intent);
}

/**
 * Deletes the files and rows of recorded removals, under the write lock: an addition of the same sprite by another
 * process comes wholly before or wholly after. Removals that someone else has finished are passed over.
 */
export function finishRemovals(store: Store, intents: readonly number[]): void {
  const { database, directory } = store;
  inTransaction(store, () => {
    for (const intent of intents) {
      const recorded = database.prepare("SELECT id, file FROM intents WHERE intent = ?").get(intent);
      if (recorded === undefined) continue;
      removeFile(join(directory, String(recorded["file"])));
      const sprite = database.prepare("SELECT serial FROM sprites WHERE id = ?").get(String(recorded["id"]));
      if (sprite !== undefined) removeRow(store, Number(sprite["serial"]));
      forgetIntent(store, intent);
    }
  });
}

/** Finishes what other processes have begun and left; cheap when there is nothing. */
export async function settleIntents(store: Store): Promise<void> {
  const intents = rowsOf<StoredIntent>(store, "SELECT * FROM intents ORDER BY intent");
  for (const recorded of intents) {
    switch (recorded.kind) {
      case "add":
        await settleAddition(store, recorded);
        break;
      case "remove":
        settleRemoval(store, recorded.intent);
        break;
      case "adopt":
        await adoptFiles(store);
        forgetIntent(store, recorded.intent);
        break;
    }
  }
}

type StoredIntent = {
  readonly intent: number;
  readonly kind: "add" | "remove" | "adopt";
  readonly id: string;
  readonly file: string;
  readonly row: string;
  readonly started: string;
};

async function settleAddition(store: Store, { intent, id, file, row, started }: StoredIntent): Promise<void> {
  const path = join(store.directory, file);
  const picture = await readFile(path).catch(() => undefined);
  if (picture !== undefined && idOf(picture) === id) {
    const addition = JSON.parse(row) as AddIntent;
    inTransaction(store, () => {
      // Since this intent was read, its own process may have finished the addition, and removed the sprite again.
      const isOpen = store.database.prepare("SELECT 1 FROM intents WHERE intent = ?").get(intent) !== undefined;
      if (!isOpen || !existsSync(path)) return;
      finishAddition(store, intent, addition);
    });
    return;
  }
  const now = store.clock();
  if (now.getTime() - Date.parse(started) < abandonedAfterMs) return;
  await removeStaleTemporaries(dirname(path), abandonedAfterMs, now);
  forgetIntent(store, intent);
}

/** A file that cannot be deleted stays with its row; that must not keep anyone from opening the library. */
function settleRemoval(store: Store, intent: number): void {
  try {
    finishRemovals(store, [intent]);
  } catch (cause) {
    if (!(cause instanceof FilesError)) throw cause;
    forgetIntent(store, intent);
  }
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    throw filesErrorFrom(cause, "delete", path);
  }
}

function removeRow({ database }: Store, serial: number): void {
  database.prepare("DELETE FROM sprite_tags WHERE sprite = ?").run(serial);
  database.prepare("DELETE FROM sprites WHERE serial = ?").run(serial);
}
