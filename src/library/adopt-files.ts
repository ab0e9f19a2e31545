import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { readRecipe, type Recipe } from "#asset";
import { filesErrorFrom, systemCodeOf } from "#files";
import { countColors, decodePng, type Raster } from "#pixels";
import { insertSprite, rowOf } from "./entry.ts";
import { idOf } from "./reference.ts";
import { inTransaction, spritesFolder, type Store } from "./store.ts";

export type SkippedFile = {
  /** Absolute path. */
  readonly file: string;
  readonly reason: string;
};

export type Adoption = {
  /** Sprites that had a PNG and no row. */
  readonly adopted: number;
  /** Sprites whose PNG had been moved within the library. */
  readonly moved: number;
  /** PNGs that hold no recipe or cannot be read; they stay where they are. */
  readonly skipped: readonly SkippedFile[];
};

type FileOnDisk = { readonly file: string; readonly modified: Date };

/**
 * Gives every PNG of the library that has no row one, from the recipe inside it, oldest first. `createdOf` knows better
 * than a file's date when a sprite was made, where something is left to know it from.
 */
export async function adoptFiles(
  store: Store,
  createdOf: (id: string) => string | undefined = () => undefined,
): Promise<Adoption> {
  const { database, directory } = store;
  const knownByFile = database.prepare(
    "SELECT 1 FROM sprites WHERE file = ?1 UNION ALL SELECT 1 FROM intents WHERE kind = 'add' AND file = ?1",
  );
  const known = database.prepare("SELECT file FROM sprites WHERE id = ?");
  const skipped: SkippedFile[] = [];
  let adopted = 0;
  let moved = 0;
  for (const { file, modified } of await picturesIn(directory)) {
    if (knownByFile.get(file) !== undefined) continue;
    const picture = await readSprite(join(directory, file));
    if ("reason" in picture) {
      skipped.push(picture);
      continue;
    }
    const { id } = picture;
    const stored = known.get(id)?.["file"];
    if (stored === undefined) {
      const created = createdOf(id) ?? modified.toISOString();
      if (adoptSprite(store, { ...picture, file, created })) adopted++;
    } else if (!existsSync(join(directory, String(stored)))) {
      database.prepare("UPDATE sprites SET file = ? WHERE id = ?").run(file, id);
      moved++;
    }
  }
  return { adopted, moved, skipped };
}

type SpriteOnDisk = { readonly id: string; readonly recipe: Recipe; readonly raster: Raster };

/** Any file may have got into the folder, so whatever is wrong with this one is no reason to stop. */
async function readSprite(path: string): Promise<SpriteOnDisk | SkippedFile> {
  try {
    const png = await readFile(path);
    return { id: idOf(png), recipe: readRecipe(png), raster: decodePng(png) };
  } catch (cause) {
    return { file: path, reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

function adoptSprite(
  store: Store,
  { id, recipe, raster, file, created }: SpriteOnDisk & { readonly file: string; readonly created: string },
): boolean {
  const { width, height } = raster;
  const row = rowOf({ id, file, width, height, colors: countColors(raster), seconds: null, created }, recipe);
  // Files are removed under the write lock, so one that is there now has not been removed by another process meanwhile.
  return inTransaction(
    store,
    () => existsSync(join(store.directory, file)) && insertSprite(store, row, JSON.stringify(recipe)),
  );
}

/** By the time they were last written, oldest first. */
async function picturesIn(directory: string): Promise<FileOnDisk[]> {
  const folder = join(directory, spritesFolder);
  try {
    const found: FileOnDisk[] = [];
    for (const name of await readdir(folder, { recursive: true })) {
      if (!name.toLowerCase().endsWith(".png")) continue;
      const status = await stat(join(folder, name));
      if (!status.isFile()) continue;
      found.push({ file: `${spritesFolder}/${name.split(sep).join("/")}`, modified: status.mtime });
    }
    return found.sort((a, b) => a.modified.getTime() - b.modified.getTime() || (a.file < b.file ? -1 : 1));
  } catch (cause) {
    if (systemCodeOf(cause) === "ENOENT") return [];
    throw filesErrorFrom(cause, "list", folder);
  }
}
