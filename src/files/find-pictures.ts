import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { FilesError, filesErrorFrom } from "./files-error.ts";

/** A file that was asked for, or why there is none. */
export type FoundPicture =
  | {
      /** The path as it was given, or the folder's as it was given with the file's place in it. */
      readonly file: string;
      /** Its place under the folder that was named, with "/" between the parts; a file named itself: its own name. */
      readonly name: string;
    }
  | { readonly file: string; readonly error: unknown };

const pictureEnding = /\.(?:png|jpe?g|webp|gif)$/i;

/**
 * The pictures that paths stand for, in their order: a file stands for itself, a folder for all PNG, JPEG, WebP and GIF
 * files in it and in its folders, by name, where numbers count as numbers (frame-2 before frame-10). Hidden files are
 * left out, links to folders are not followed, and a file named twice comes once. A path that cannot be read, or a
 * folder without pictures, comes as an error in its place; nothing is thrown.
 */
export async function findPictures(paths: readonly string[]): Promise<readonly FoundPicture[]> {
  const found: FoundPicture[] = [];
  const seen = new Set<string>();
  for (const path of paths)
    for (const picture of await picturesOf(path)) {
      const key = resolve(picture.file);
      if (seen.has(key)) continue;
      seen.add(key);
      found.push(picture);
    }
  return found;
}

async function picturesOf(path: string): Promise<readonly FoundPicture[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ file: path, name: basename(path) }];
  } catch (cause) {
    return [{ file: path, error: filesErrorFrom(cause, "read", resolve(path)) }];
  }
  const pictures = await picturesIn(path, "");
  if (pictures.length > 0) return pictures;
  const folder = resolve(path);
  return [{ file: path, error: new FilesError("missing", folder, noPicturesIn(folder)) }];
}

async function picturesIn(folder: string, prefix: string): Promise<readonly FoundPicture[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const found: FoundPicture[] = [];
    for (const entry of entries.toSorted((a, b) => compareNames(a.name, b.name))) {
      if (entry.name.startsWith(".")) continue;
      const file = join(folder, entry.name);
      if (entry.isDirectory()) found.push(...(await picturesIn(file, `${prefix}${entry.name}/`)));
      else if (pictureEnding.test(entry.name)) found.push({ file, name: `${prefix}${entry.name}` });
    }
    return found;
  } catch (cause) {
    return [{ file: folder, error: filesErrorFrom(cause, "list", resolve(folder)) }];
  }
}

function noPicturesIn(folder: string): string {
  return `Cannot find a picture in ${folder}: it has no PNG, JPEG, WebP or GIF file; name another folder`;
}

/** By code units, runs of digits by their value; the same on every machine, unlike the collation of a language. */
function compareNames(first: string, second: string): number {
  const [a, b] = [partsOf(first), partsOf(second)];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    if (a[index] === b[index]) continue;
    const difference = index % 2 === 1 ? Number(a[index]) - Number(b[index]) : 0;
    return difference || (a[index] < b[index] ? -1 : 1);
  }
  return a.length - b.length;
}

/** Text and digits by turns, text first. */
function partsOf(name: string): readonly string[] {
  return name.split(/(\d+)/);
}
