import { entriesOf, type LibraryEntry } from "./entry.ts";
import { finishRemovals, forgetIntent, recordRemoval } from "./intents.ts";
import { serialsOf } from "./reference.ts";
import { inTransaction, type Store } from "./store.ts";

/**
 * Deletes sprites, PNG and row; nothing when one of them is unknown. Answers what they were.
 * Throws LibraryError, and FilesError when a PNG cannot be deleted.
 */
export function removeSprites(store: Store, references: readonly string[]): LibraryEntry[] {
  const { database } = store;
  const { entries, intents } = inTransaction(store, () => {
    const serials = serialsOf(store, references);
    const files = database.prepare("SELECT id, file FROM sprites WHERE serial = ?");
    return {
      entries: entriesOf(store, serials),
      intents: serials.map((serial) => {
        const row = files.get(serial);
        return recordRemoval(store, String(row?.["id"]), String(row?.["file"]));
      }),
    };
  });
  // One by one, so that a file that cannot be deleted keeps its row and no other's.
  for (const [index, intent] of intents.entries()) {
    try {
      finishRemovals(store, [intent]);
    } catch (cause) {
      for (const unfinished of intents.slice(index)) forgetIntent(store, unfinished);
      throw cause;
    }
  }
  return entries;
}
