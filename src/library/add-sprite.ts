import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Recipe, recipeSchema } from "#asset";
import { makeFolder, slugOf, writeFileAtomically } from "#files";
import { deliveredBy, recordDelivery } from "./deliveries.ts";
import { entriesOf, type LibraryEntry, rowOf } from "./entry.ts";
import { finishAddition, forgetIntent, recordAddition } from "./intents.ts";
import { LibraryError } from "./library-error.ts";
import { idOf } from "./reference.ts";
import { inTransaction, spritesFolder, type Store } from "./store.ts";

/** A finished sprite. */
export type NewSprite = {
  /** With its recipe inside, from which the library can be rebuilt. */
  readonly png: Uint8Array;
  readonly recipe: Recipe;
  /** In pixels, as is `height`. */
  readonly width: number;
  readonly height: number;
  readonly colors: number;
  /** How long it took to make. */
  readonly seconds: number;
};

export type AddOptions = {
  /** Aborting leaves the library as it was. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Puts a sprite in: first the PNG, whole and on the disk, then its row. The same bytes again give the entry that is
 * there, with its tags and its rating; its PNG is written again where it has gone missing.
 * Throws FilesError and LibraryError.
 */
export async function addSprite(store: Store, sprite: NewSprite, options: AddOptions = {}): Promise<LibraryEntry> {
  return (await putSprite(store, sprite, options, undefined)) as LibraryEntry;
}

/**
 * Puts in what a job made, once. From then on the job is known by it: a second try's sprite is not added, whatever it
 * looks like, and the first one is answered; nothing, if that has been removed. Throws FilesError and LibraryError.
 */
export async function deliverSprite(
  store: Store,
  job: string,
  sprite: NewSprite,
  options: AddOptions = {},
): Promise<LibraryEntry | undefined> {
  if (deliveredBy(store, job) === undefined) await putSprite(store, sprite, options, job);
  return entryOfJob(store, job);
}

/** What a job made, if it has delivered that and it is still there. */
export function entryOfJob(store: Store, job: string): LibraryEntry | undefined {
  const id = deliveredBy(store, job);
  return id === undefined ? undefined : entryOfId(store, id);
}

/** Undefined only for a job that has delivered another sprite meanwhile. */
async function putSprite(
  store: Store,
  sprite: NewSprite,
  { signal }: AddOptions,
  job: string | undefined,
): Promise<LibraryEntry | undefined> {
  signal?.throwIfAborted();
  checkSprite(sprite);
  const id = idOf(sprite.png);
  const existing = entryOfId(store, id);
  if (existing !== undefined && !existing.missing) {
    if (job !== undefined) recordDelivery(store, job, id);
    return existing;
  }

  const created = store.clock().toISOString();
  const { recipe, width, height, colors, seconds } = sprite;
  const file = existing === undefined ? await fileFor(store, recipe, created, id) : storedFileOf(store, id);
  const row = rowOf({ id, file, width, height, colors, seconds, created }, recipe);
  const recipeJson = JSON.stringify(recipe);
  const path = join(store.directory, file);
  const intent = recordAddition(store, { row, recipeJson, job });
  for (;;) {
    await writeOrForget(store, intent, path, sprite.png, signal);
    const isFinished = inTransaction(store, () => {
      // Removed again by another process that was deleting this very sprite.
      if (!existsSync(path)) return false;
      finishAddition(store, intent, { row, recipeJson, job });
      return true;
    });
    if (isFinished) return entryOfId(store, id);
  }
}

function entryOfId(store: Store, id: string): LibraryEntry | undefined {
  const serial = store.database.prepare("SELECT serial FROM sprites WHERE id = ?").get(id)?.["serial"];
  return serial === undefined ? undefined : entriesOf(store, [Number(serial)])[0];
}

function storedFileOf({ database }: Store, id: string): string {
  return String(database.prepare("SELECT file FROM sprites WHERE id = ?").get(id)?.["file"]);
}

/** Words for people, the seed and the start of the id; all of the id should another sprite have that name. */
async function fileFor({ directory }: Store, recipe: Recipe, created: string, id: string): Promise<string> {
  const stem = `${spritesFolder}/${created.slice(0, 7)}/${slugOf(recipe.request.prompt)}-${recipe.request.seed}`;
  const short = `${stem}-${id.slice(0, 8)}.png`;
  const path = join(directory, short);
  const present = existsSync(path) ? await readFile(path).catch(() => undefined) : undefined;
  return present === undefined || idOf(present) === id ? short : `${stem}-${id}.png`;
}

function checkSprite({ recipe, width, height, colors, seconds }: NewSprite): void {
  const numbers = { width, height, colors, seconds };
  for (const [field, value] of Object.entries(numbers)) {
    const fits = field === "seconds" ? Number.isFinite(value) : Number.isInteger(value);
    if (!fits || value < 0)
      throw new LibraryError(`Cannot add a sprite with ${field} ${String(value)}: give what was measured`, {
        code: "invalid-sprite",
        field,
        value,
      });
  }
  const parsed = recipeSchema.safeParse(recipe);
  if (!parsed.success)
    throw new LibraryError(
      `Cannot add a sprite with this recipe: ${parsed.error.issues[0]?.message}; give the recipe it was made by`,
      { code: "invalid-sprite", field: "recipe", value: recipe },
      { cause: parsed.error },
    );
}

/** Once the PNG is there, the intent stays until the row is too, so that a drawn sprite is never lost. */
async function writeOrForget(
  store: Store,
  intent: number,
  path: string,
  png: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    if (!existsSync(dirname(path))) await makeFolder(dirname(path));
    await writeFileAtomically(path, png, { signal });
  } catch (cause) {
    try {
      forgetIntent(store, intent);
    } catch {
      // What went wrong first is what to report; the intent is forgotten in time when the library is opened again.
    }
    throw cause;
  }
}
