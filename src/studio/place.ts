import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Recipe } from "#asset";
import { makeFolder, slugOf, writeFileAtomically, writeUnderFreeName } from "#files";
import { StudioError } from "./studio-error.ts";

/** Writes a copy of a finished sprite and answers its path. */
export type Place = (recipe: Recipe, png: Uint8Array) => Promise<string>;

/** Where an `--out` sends copies. A name that ends in .png is a file, anything else a folder, which is made. */
export async function placeFor(out: string | undefined, images: number): Promise<Place | undefined> {
  if (out === undefined) return undefined;
  const isFolder = await stat(out).then(
    (status) => status.isDirectory(),
    () => !out.toLowerCase().endsWith(".png"),
  );
  if (isFolder) {
    await makeFolder(out);
    return inFolder(resolve(out));
  }
  if (images > 1)
    throw new StudioError(
      "invalid-order",
      `Cannot write ${images} sprites to the file ${out}: name a folder with --out`,
    );
  await makeFolder(dirname(resolve(out)));
  return fileAt(resolve(out));
}

export function fileAt(file: string): Place {
  return async (_recipe, png) => {
    await writeFileAtomically(file, png);
    return file;
  };
}

/** Names files after prompt and seed; a file of that name with another content is left alone. */
function inFolder(folder: string): Place {
  return async ({ request }, png) => {
    const { batch } = request;
    const stem = `${slugOf(request.prompt, 80)}-${request.seed}${batch === undefined ? "" : `-${batch.index + 1}`}`;
    const file = join(folder, `${stem}.png`);
    const existing = await readFile(file).catch(() => undefined);
    return existing !== undefined && Buffer.compare(existing, png) === 0
      ? file
      : writeUnderFreeName(folder, stem, "png", png);
  };
}
