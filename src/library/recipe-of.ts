import type { Store } from "./store.ts";

/** The recipe of a sprite that is in the library, as JSON. */
export function recipeJsonOf({ database }: Store, id: string): string {
  const row = database.prepare("SELECT json FROM recipes JOIN sprites ON sprite = serial WHERE id = ?").get(id);
  return String(row?.["json"]);
}
