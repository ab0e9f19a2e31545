import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { FilesError, filesErrorFrom, makeFolder, systemCodeOf, writeFileAtomically } from "#files";
import { entriesOf, type LibraryEntry } from "./entry.ts";
import { type ExportedSprite, type MetadataFormat, metadataTextOf } from "./export-metadata.ts";
import { findSerials, type SpriteQuery } from "./query.ts";
import { serialsOf } from "./reference.ts";
import { inSnapshot, type Store } from "./store.ts";

export type ExportOptions = {
  /** What is written about the pictures beside them, as metadata.jsonl or metadata.csv; "jsonl" by default. */
  readonly metadata?: MetadataFormat | "none" | undefined;
  /** Replaces files of the same names that differ. */
  readonly overwrite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type Export = {
  /** Absolute path. */
  readonly folder: string;
  readonly written: number;
  /** Were there already, the same to the byte. */
  readonly unchanged: number;
  /** Ids of sprites whose PNG is missing in the library; they are left out. */
  readonly missing: readonly string[];
};

/**
 * Copies sprites (by reference, or all that a query finds; its limit, if any, holds) into a folder, which is made.
 * Unless told to overwrite, it looks first and writes nothing when a file that differs is in the way.
 * Throws FilesError and LibraryError.
 */
export async function exportSprites(
  store: Store,
  selection: readonly string[] | SpriteQuery,
  folder: string,
  options: ExportOptions = {},
): Promise<Export> {
  const { metadata = "jsonl", overwrite = false, signal } = options;
  const { sprites, missing, text } = inSnapshot(store, () => {
    const entries = entriesOf(store, selectedSerials(store, selection));
    const sprites = namedSprites(entries.filter((entry) => !entry.missing));
    const missing = entries.filter((entry) => entry.missing).map((entry) => entry.id);
    return { sprites, missing, text: metadata === "none" ? undefined : metadataTextOf(store, sprites, metadata) };
  });

  const target = resolve(folder);
  const pending: { readonly path: string; readonly contents: () => Promise<Uint8Array | string> }[] = [];
  const consider = async (name: string, contents: () => Promise<Uint8Array | string>) => {
    signal?.throwIfAborted();
    const path = join(target, name);
    const current = await currentBytes(path);
    if (current !== undefined && Buffer.from(await contents()).equals(current)) return;
    if (current !== undefined && !overwrite)
      throw new FilesError(
        "exists",
        path,
        `Cannot export to ${path}: a different file is there; choose another folder or allow overwriting`,
      );
    pending.push({ path, contents });
  };
  for (const { entry, name } of sprites) await consider(name, () => readWhole(entry.file));
  if (text !== undefined) await consider(`metadata.${metadata}`, () => Promise.resolve(text));

  await makeFolder(target);
  for (const { path, contents } of pending) await writeFileAtomically(path, await contents(), { signal });
  return {
    folder: target,
    written: pending.length,
    unchanged: sprites.length + (text === undefined ? 0 : 1) - pending.length,
    missing,
  };
}

function selectedSerials(store: Store, selection: readonly string[] | SpriteQuery): number[] {
  if (isReferences(selection)) return serialsOf(store, selection);
  return findSerials(store, selection, selection.limit ?? -1, selection.offset ?? 0);
}

function isReferences(selection: readonly string[] | SpriteQuery): selection is readonly string[] {
  return Array.isArray(selection);
}

/** Sprites of two months may have one name; then the later ones carry their id as well. */
function namedSprites(entries: readonly LibraryEntry[]): ExportedSprite[] {
  const taken = new Set<string>();
  return entries.map((entry) => {
    const name = basename(entry.file);
    const free = taken.has(name.toLowerCase()) ? name.replace(/(\.png)?$/i, `-${entry.id}.png`) : name;
    taken.add(free.toLowerCase());
    return { entry, name: free };
  });
}

async function currentBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = systemCodeOf(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EISDIR")
      throw new FilesError("is-a-folder", path, `Cannot export to ${path}: it is a folder; choose another folder`);
    throw filesErrorFrom(cause, "read", path);
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw filesErrorFrom(cause, "read", path);
  }
}
