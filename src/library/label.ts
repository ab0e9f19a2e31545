import { entriesOf, type LibraryEntry } from "./entry.ts";
import { LibraryError } from "./library-error.ts";
import { serialsOf } from "./reference.ts";
import { inTransaction, type Store } from "./store.ts";
import { normalTag } from "./tag-name.ts";

/** Gives tags to sprites: all of them or, on any error, none. Answers the sprites as they are then. */
export function tagSprites(store: Store, references: readonly string[], tags: readonly string[]): LibraryEntry[] {
  const names = tags.map(normalTag);
  return changeSprites(store, references, (serial) => {
    for (const name of names) {
      store.database.prepare("INSERT INTO tags (name) VALUES (?) ON CONFLICT (name) DO NOTHING").run(name);
      store.database
        .prepare(
          "INSERT INTO sprite_tags (sprite, tag) SELECT ?, tag FROM tags WHERE name = ? ON CONFLICT (sprite, tag) DO NOTHING",
        )
        .run(serial, name);
    }
  });
}

/** Takes tags away; a tag that a sprite does not have is no error. */
export function untagSprites(store: Store, references: readonly string[], tags: readonly string[]): LibraryEntry[] {
  const names = tags.map(normalTag);
  return changeSprites(store, references, (serial) => {
    for (const name of names)
      store.database
        .prepare("DELETE FROM sprite_tags WHERE sprite = ? AND tag = (SELECT tag FROM tags WHERE name = ?)")
        .run(serial, name);
  });
}

/** 1 (poor) to 5 (best); null takes the rating away. */
export function rateSprites(store: Store, references: readonly string[], rating: number | null): LibraryEntry[] {
  if (rating !== null && !(Number.isInteger(rating) && rating >= 1 && rating <= 5))
    throw new LibraryError(`Cannot rate with ${String(rating)}: give a whole number from 1 to 5, or null for none`, {
      code: "invalid-rating",
      value: rating,
    });
  return changeSprites(store, references, (serial) => {
    store.database.prepare("UPDATE sprites SET rating = ? WHERE serial = ?").run(rating, serial);
  });
}

export type TagUse = { readonly name: string; readonly sprites: number };

/** Every tag in use, the commonest first. */
export function listTags({ database }: Store): TagUse[] {
  const rows = database
    .prepare(
      `SELECT name, count(*) AS sprites FROM sprite_tags JOIN tags USING (tag)
       GROUP BY tag ORDER BY count(*) DESC, name`,
    )
    .all();
  return rows.map((row) => ({ name: String(row["name"]), sprites: Number(row["sprites"]) }));
}

function changeSprites(store: Store, references: readonly string[], change: (serial: number) => void): LibraryEntry[] {
  return inTransaction(store, () => {
    const serials = serialsOf(store, references);
    for (const serial of serials) change(serial);
    return entriesOf(store, serials);
  });
}
