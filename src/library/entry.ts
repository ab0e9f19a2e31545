import { existsSync } from "node:fs";
import { join } from "node:path";
import type { GenerationRequest, Recipe } from "#asset";
import type { Store } from "./store.ts";

/** What a sprite was made from. */
export type SourceKind = "text" | "image" | "inpaint";

/** One sprite as the library knows it. */
export type LibraryEntry = {
  /** The first 16 hexadecimal digits of the SHA-256 of the PNG. */
  readonly id: string;
  /** Absolute path of the PNG. */
  readonly file: string;
  /** The PNG is no longer there; everything else is still known. */
  readonly missing: boolean;
  readonly prompt: string;
  readonly negative: string;
  readonly generator: string;
  readonly model: string;
  readonly modelVersion: string;
  readonly modelHash: string;
  readonly seed: number;
  /** In pixels, as is `height`. */
  readonly width: number;
  readonly height: number;
  readonly colors: number;
  readonly steps: number;
  readonly guidance: number;
  readonly tile: boolean;
  readonly background: GenerationRequest["background"];
  readonly source: SourceKind;
  /** How long it took to make; null where that is not known, as after a rebuild. */
  readonly seconds: number | null;
  /** ISO 8601 in UTC. */
  readonly created: string;
  /** 1 to 5; null: not rated. */
  readonly rating: number | null;
  /** In alphabetical order. */
  readonly tags: readonly string[];
};

/** What is stored of a sprite, in the order of `spriteColumns`; `file` is relative to the library, with slashes. */
export type SpriteRow = {
  readonly id: string;
  readonly file: string;
  readonly prompt: string;
  readonly negative: string;
  readonly generator: string;
  readonly model: string;
  readonly model_version: string;
  readonly model_hash: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly colors: number;
  readonly steps: number;
  readonly guidance: number;
  readonly tile: number;
  readonly background: GenerationRequest["background"];
  readonly source: SourceKind;
  readonly seconds: number | null;
  readonly created: string;
};

const spriteColumns = [
  "id",
  "file",
  "prompt",
  "negative",
  "generator",
  "model",
  "model_version",
  "model_hash",
  "seed",
  "width",
  "height",
  "colors",
  "steps",
  "guidance",
  "tile",
  "background",
  "source",
  "seconds",
  "created",
] as const satisfies readonly (keyof SpriteRow)[];

/** What is known of a sprite beside its recipe. */
export type SpriteFacts = Pick<SpriteRow, "id" | "file" | "width" | "height" | "colors" | "seconds" | "created">;

export function rowOf(facts: SpriteFacts, { generator, request }: Recipe): SpriteRow {
  return {
    ...facts,
    prompt: request.prompt,
    negative: request.negative,
    generator: generator.name,
    model: generator.model,
    model_version: generator.version,
    model_hash: generator.hash,
    seed: request.seed,
    steps: request.steps,
    guidance: request.guidance,
    tile: request.tile ? 1 : 0,
    background: request.background,
    source: sourceKindOf(request),
  };
}

function sourceKindOf({ source }: GenerationRequest): SourceKind {
  if (source === undefined) return "text";
  return source.mask === undefined ? "image" : "inpaint";
}

/** Puts a sprite and its recipe (as JSON) in, unless the id is there already; answers whether it did. */
export function insertSprite({ database }: Store, row: SpriteRow, recipeJson: string): boolean {
  const { changes, lastInsertRowid } = database
    .prepare(
      `INSERT INTO sprites (${spriteColumns.join(", ")}) VALUES (${spriteColumns.map(() => "?").join(", ")})
       ON CONFLICT (id) DO NOTHING`,
    )
    .run(...spriteColumns.map((column) => row[column]));
  if (changes === 0) return false;
  database.prepare("INSERT INTO recipes (sprite, json) VALUES (?, ?)").run(lastInsertRowid, recipeJson);
  return true;
}

/** The entries of these sprites, in the order given; a serial that is not there is left out. */
export function entriesOf(store: Store, serials: readonly number[]): LibraryEntry[] {
  const statement = store.database.prepare(
    `SELECT *, (
       SELECT json_group_array(name ORDER BY name) FROM sprite_tags JOIN tags USING (tag) WHERE sprite = serial
     ) AS tags
     FROM sprites WHERE serial = ?`,
  );
  const entries: LibraryEntry[] = [];
  for (const serial of serials) {
    const row = statement.get(serial);
    if (row !== undefined) entries.push(entryOf(store, row as StoredSprite));
  }
  return entries;
}

type StoredSprite = SpriteRow & { readonly rating: number | null; readonly tags: string };

function entryOf({ directory }: Store, row: StoredSprite): LibraryEntry {
  const file = join(directory, row.file);
  return {
    id: row.id,
    file,
    missing: !existsSync(file),
    prompt: row.prompt,
    negative: row.negative,
    generator: row.generator,
    model: row.model,
    modelVersion: row.model_version,
    modelHash: row.model_hash,
    seed: row.seed,
    width: row.width,
    height: row.height,
    colors: row.colors,
    steps: row.steps,
    guidance: row.guidance,
    tile: row.tile === 1,
    background: row.background,
    source: row.source,
    seconds: row.seconds,
    created: row.created,
    rating: row.rating,
    tags: JSON.parse(row.tags) as string[],
  };
}
