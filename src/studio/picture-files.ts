import { lstat, stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { AssetError, encodeSprite, type Recipe, readRecipe } from "#asset";
import { FilesError, findPictures, makeFolder, readPicture, readPictureBytes, writeFileAtomically } from "#files";
import { encodePng, type FinishStep, finish, PixelsError, type Raster } from "#pixels";
import { type OutputNames, outputNames } from "./output-names.ts";
import { StudioError } from "./studio-error.ts";

/** A picture from disk, with the recipe that it carries if dgx-pixels made it. */
export type PictureFile = {
  readonly source: string;
  /** The place under the folder that was named, with "/" between the parts, or the file's own name. */
  readonly name: string;
  readonly raster: Raster;
  readonly recipe?: Recipe;
};

export type PictureFailure = { readonly kind: "failed"; readonly source: string; readonly error: unknown };

/**
 * Reads the pictures that paths stand for, folders included, one after the other in a stable order. One that cannot be
 * read comes as a failure, and the others go on. Throws only the signal's reason.
 */
export async function* readPictures(
  paths: readonly string[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<({ readonly kind: "read" } & PictureFile) | PictureFailure> {
  for (const found of await findPictures(paths)) {
    signal?.throwIfAborted();
    const { file: source } = found;
    if ("error" in found) {
      yield { kind: "failed", source, error: found.error };
      continue;
    }
    let picture: PictureFile;
    try {
      picture = await readPictureFile(source, found.name);
    } catch (error) {
      yield { kind: "failed", source, error };
      continue;
    }
    yield { kind: "read", ...picture };
  }
}

async function readPictureFile(source: string, name: string): Promise<PictureFile> {
  const path = resolve(source);
  const bytes = await readPictureBytes(path);
  const raster = await readPicture(bytes, { name: path });
  const recipe = recipeIn(bytes);
  return { source, name, raster, ...(recipe && { recipe }) };
}

/** A PNG that another program made, or changed beyond our understanding, is a picture like any other. */
function recipeIn(bytes: Uint8Array): Recipe | undefined {
  try {
    return readRecipe(bytes);
  } catch (error) {
    if (error instanceof AssetError || error instanceof PixelsError) return undefined;
    throw error;
  }
}

/** What an edit makes of a picture. */
export type Edit<Facts extends object> = {
  /**
   * What was done, as finishing steps, when they say all of it. A sprite's recipe is then kept with these steps at its
   * end, so that it still verifies.
   */
  readonly steps?: readonly FinishStep[];
  /** The new pixels. May be left out when there are steps: then it is what they give. */
  readonly raster?: Raster;
  /** What is to be told about this picture. */
  readonly facts: Facts;
};

export type EditOptions = {
  /**
   * A folder, or for one picture a .png file. Left out: beside each picture, with `suffix`. Inside a folder the names
   * stay as they are, so that a picture's own folder, with `force`, edits it in place.
   */
  readonly out?: string | undefined;
  /** Stands between name and ending where no `out` is given, such as "-outlined". */
  readonly suffix: string;
  /** Replaces files that are there. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type EditEvent<Facts extends object> =
  | {
      readonly kind: "edited";
      readonly source: string;
      /** Where the result was written: always a PNG. */
      readonly file: string;
      readonly raster: Raster;
      readonly isChanged: boolean;
      /** What became of the recipe inside: "none" where there was none, "left out" where the edit is no finishing step. */
      readonly recipe: "kept" | "left out" | "none";
      readonly facts: Facts;
    }
  | PictureFailure;

/**
 * Edits the pictures that paths stand for and writes each as a PNG. One that fails (cannot be read or edited, another
 * has its name, a file is there and `force` is not given) comes as a failure, leaves what was there, and the others go
 * on. Throws a StudioError for an `out` that cannot be, and the signal's reason.
 */
export async function* editPictures<Facts extends object>(
  paths: readonly string[],
  options: EditOptions,
  edit: (picture: PictureFile) => Edit<Facts> | Promise<Edit<Facts>>,
): AsyncGenerator<EditEvent<Facts>> {
  const { force = false, signal } = options;
  const placeOf = await placesFor(paths, options);
  const isEarlierResult = await earlierResults(paths, options);
  for await (const read of readPictures(paths, { signal })) {
    if (read.kind === "failed") {
      yield read;
      continue;
    }
    const { source } = read;
    if (isEarlierResult(read)) continue;
    let event: EditEvent<Facts>;
    try {
      const file = placeOf(read);
      if (!force) await refuseExisting(file);
      const { steps, facts, raster: edited } = await edit(read);
      signal?.throwIfAborted();
      const raster = edited ?? finish(read.raster, steps ?? []);
      const recipe = read.recipe && steps && { ...read.recipe, finishing: [...read.recipe.finishing, ...steps] };
      await makeFolder(dirname(resolve(file)));
      await writeFileAtomically(file, recipe ? encodeSprite(raster, recipe) : encodePng(raster), {
        signal,
        onlyIfAbsent: !force,
      });
      event = {
        kind: "edited",
        source,
        file,
        raster,
        isChanged: !isSamePicture(read.raster, raster),
        recipe: recipe ? "kept" : read.recipe ? "left out" : "none",
        facts,
      };
    } catch (error) {
      signal?.throwIfAborted();
      event = { kind: "failed", source, error };
    }
    yield event;
  }
}

/**
 * Beside their sources lie the results of an earlier run on the same folder. They are told from pictures of their own by
 * having the suffix and a source, and are left out unless named.
 */
async function earlierResults(
  paths: readonly string[],
  { out, suffix }: EditOptions,
): Promise<(picture: PictureFile) => boolean> {
  if (out !== undefined || suffix === "") return () => false;
  const named = new Set(paths.map((path) => resolve(path)));
  const stems = new Set((await findPictures(paths)).map(({ file }) => stemOf(resolve(file))));
  return ({ source }) => {
    const stem = stemOf(resolve(source));
    return !named.has(resolve(source)) && stem.endsWith(suffix) && stems.has(stem.slice(0, -suffix.length));
  };
}

/** The path without its ending. */
function stemOf(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

async function placesFor(
  paths: readonly string[],
  { out, suffix }: EditOptions,
): Promise<(picture: PictureFile) => string> {
  if (out === undefined) {
    // One list of names for all folders, so that two sources of one folder cannot have one name.
    const folders = new Map<string, OutputNames>();
    return ({ source }) => {
      const folder = dirname(source);
      const key = resolve(folder);
      const names = folders.get(key) ?? outputNames(folder);
      folders.set(key, names);
      return names.claim(`${basename(source, extname(source))}${suffix}.png`, source);
    };
  }
  const isFolder = await stat(out).then(
    (status) => status.isDirectory(),
    () => !out.toLowerCase().endsWith(".png"),
  );
  if (isFolder) {
    const names = outputNames(out);
    return ({ name, source }) => names.claim(`${stemOf(name)}.png`, source);
  }
  const pictures = (await findPictures(paths)).length;
  if (pictures > 1)
    throw new StudioError(
      "invalid-order",
      `Cannot write ${pictures} pictures to the file ${out}: name a folder with --out`,
    );
  return () => out;
}

/** Throws a FilesError where a file is. */
export async function refuseExisting(file: string): Promise<void> {
  const isThere = await lstat(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  const path = resolve(file);
  throw new FilesError(
    "exists",
    path,
    `Cannot write ${path}: it exists already; replace it with --force, or name another place with --out`,
  );
}

function isSamePicture(first: Raster, second: Raster): boolean {
  return (
    first.width === second.width &&
    first.height === second.height &&
    Buffer.compare(
      new Uint8Array(first.data.buffer, first.data.byteOffset, first.data.length),
      new Uint8Array(second.data.buffer, second.data.byteOffset, second.data.length),
    ) === 0
  );
}
