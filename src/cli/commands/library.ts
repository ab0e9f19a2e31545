import type { Studio } from "#studio";
import type { CliContext, Output } from "../context.ts";
import { UsageError } from "../failure.ts";
import { terminalPicture } from "../terminal-picture.ts";

type Library = Awaited<ReturnType<Studio["library"]>>;
type Entry = Omit<ReturnType<Library["get"]>, "recipe">;

export type FilterFlags = {
  readonly tag?: readonly string[];
  readonly rating?: number;
  readonly generator?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly size?: number;
  readonly tile?: boolean;
};

export type PageFlags = FilterFlags & {
  readonly order?: "newest" | "oldest" | "rating" | "relevance";
  readonly limit?: number;
  readonly json: boolean;
};

export async function list(this: CliContext, { json, order, limit, ...filter }: PageFlags): Promise<void> {
  const library = await (await this.studio()).library();
  const page = library.list({ ...filterOf(filter), order, limit });
  printEntries(this.process.stdout, page.entries, json);
  if (!json) tellMore(this.process.stderr, page.nextOffset);
}

export async function search(
  this: CliContext,
  { json, order = "relevance", limit, ...filter }: PageFlags,
  ...words: readonly string[]
): Promise<void> {
  const library = await (await this.studio()).library();
  const page = library.search(words.join(" "), { ...filterOf(filter), order, limit });
  printEntries(this.process.stdout, page.entries, json);
  if (!json) tellMore(this.process.stderr, page.nextOffset);
}

export async function show(
  this: CliContext,
  { json }: { readonly json: boolean },
  ...references: readonly string[]
): Promise<void> {
  const { stdout } = this.process;
  const studio = await this.studio();
  const library = await studio.library();
  for (const entry of references.map((reference) => library.get(reference))) {
    const { recipe } = entry;
    if (json) {
      stdout.write(`${JSON.stringify(entry)}\n`);
      continue;
    }
    if (stdout.isTTY && !entry.missing) {
      const { raster } = await studio.read(entry.file);
      stdout.write(terminalPicture(raster, stdout.columns ?? 80, stdout.getColorDepth?.() ?? 1) ?? "");
    }
    const facts: readonly (readonly [string, unknown])[] = [
      ["id", entry.id],
      ["file", entry.missing ? `${entry.file} (missing)` : entry.file],
      ["prompt", entry.prompt],
      ["negative", entry.negative || undefined],
      ["model", `${entry.model} ${entry.modelVersion} (${entry.modelHash.slice(0, 12)})`],
      ["seed", entry.seed],
      ["size", `${entry.width} x ${entry.height} px, ${entry.colors} colors${entry.tile ? ", tile" : ""}`],
      ["steps", `${entry.steps}, guidance ${entry.guidance}`],
      ["finishing", recipe.finishing.map(({ step }) => step).join(", ")],
      ["made", `${entry.created}${entry.seconds === null ? "" : ` in ${entry.seconds.toFixed(2)} s`}`],
      ["rating", entry.rating ?? undefined],
      ["tags", entry.tags.join(", ") || undefined],
    ];
    for (const [name, value] of facts) if (value !== undefined) stdout.write(`${name.padEnd(10)} ${String(value)}\n`);
    stdout.write("\n");
  }
}

export async function tag(
  this: CliContext,
  { add = [], remove: take = [] }: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
  ...references: readonly string[]
): Promise<void> {
  const { stdout } = this.process;
  const library = await (await this.studio()).library();
  if (references.length === 0) {
    if (add.length > 0 || take.length > 0) throw new UsageError("Cannot tag nothing: name the sprites by id or file");
    for (const { name, sprites } of library.tags()) stdout.write(`${String(sprites).padStart(6)}  ${name}\n`);
    return;
  }
  if (add.length === 0 && take.length === 0)
    throw new UsageError("Cannot tag without a tag: give --add TAG or --remove TAG");
  if (add.length > 0) library.tag(references, add);
  if (take.length > 0) library.untag(references, take);
  printEntries(
    stdout,
    references.map((reference) => library.get(reference)),
    false,
  );
}

export async function rate(
  this: CliContext,
  _flags: Record<never, never>,
  rating: string,
  ...references: readonly string[]
): Promise<void> {
  const library = await (await this.studio()).library();
  const value = rating === "none" ? null : Number(rating);
  printEntries(this.process.stdout, library.rate(references, value), false);
}

export async function remove(
  this: CliContext,
  _flags: Record<never, never>,
  ...references: readonly string[]
): Promise<void> {
  const library = await (await this.studio()).library();
  for (const { id, prompt } of library.remove(references)) this.process.stdout.write(`deleted ${id}  ${prompt}\n`);
}

export async function exportSprites(
  this: CliContext,
  { search: text, overwrite, ...filter }: FilterFlags & { readonly search?: string; readonly overwrite: boolean },
  folder: string,
  ...references: readonly string[]
): Promise<void> {
  const library = await (await this.studio()).library();
  const which = references.length > 0 ? references : { ...filterOf(filter), text };
  const { stdout, stderr } = this.process;
  const done = await library.exportTo(which, folder, { overwrite, signal: this.signal });
  for (const id of done.missing) stderr.write(`left out ${id}: its file is missing\n`);
  stdout.write(`${done.written} files written to ${done.folder}, ${done.unchanged} already there\n`);
}

export async function rebuild(this: CliContext): Promise<void> {
  const { stdout, stderr } = this.process;
  const { sprites, remembered, comparisons, setAside, skipped } = await (await this.studio()).rebuildLibrary();
  for (const { file, reason } of skipped) stderr.write(`left out ${file}: ${reason}\n`);
  stdout.write(`${sprites} sprites are in the library, ${remembered} of them with their old tags and ratings\n`);
  if (comparisons > 0) stdout.write(`${comparisons} comparisons are there again, with their votes\n`);
  if (setAside !== null) stdout.write(`the old database is kept as ${setAside}\n`);
}

function filterOf({ tag: tags, rating: minRating, generator, since, until, size, tile }: FilterFlags) {
  return { tags, minRating, generator, since, until, size, tile };
}

function printEntries(output: Output, entries: readonly Entry[], isJson: boolean): void {
  for (const entry of entries) {
    if (isJson) {
      output.write(`${JSON.stringify(entry)}\n`);
      continue;
    }
    const stars = entry.rating === null ? "" : `  ${"*".repeat(entry.rating)}`;
    const tags = entry.tags.length === 0 ? "" : `  [${entry.tags.join(", ")}]`;
    const missing = entry.missing ? "  (file missing)" : "";
    output.write(
      `${entry.id.slice(0, 8)}  ${entry.width}px  seed ${entry.seed}  ${entry.prompt}${stars}${tags}${missing}\n`,
    );
  }
}

function tellMore(output: Output, nextOffset: number | null): void {
  if (nextOffset !== null) output.write("There are more: raise --limit, or narrow the search.\n");
}
