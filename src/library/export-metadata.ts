import type { Recipe } from "#asset";
import type { LibraryEntry } from "./entry.ts";
import { recipeJsonOf } from "./recipe-of.ts";
import type { Store } from "./store.ts";

export type MetadataFormat = "jsonl" | "csv";

/** `name` is the file's name in the export. */
export type ExportedSprite = { readonly entry: LibraryEntry; readonly name: string };

const columns = [
  "id",
  "prompt",
  "negative",
  "generator",
  "model",
  "seed",
  "width",
  "height",
  "colors",
  "steps",
  "guidance",
  "tile",
  "background",
  "source",
  "created",
  "rating",
  "tags",
] as const satisfies readonly (keyof LibraryEntry)[];

/** One line a sprite. JSON holds its recipe too; CSV (RFC 4180) begins with the names and has tags joined by `;`. */
export function metadataTextOf(store: Store, sprites: readonly ExportedSprite[], format: MetadataFormat): string {
  if (format === "jsonl") return sprites.map((sprite) => `${jsonLineOf(store, sprite)}\n`).join("");
  const rows = sprites.map(({ entry, name }) => [name, ...columns.map((column) => textOf(entry[column]))]);
  return [["file", ...columns], ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

function jsonLineOf(store: Store, { entry, name }: ExportedSprite): string {
  const facts = Object.fromEntries(columns.map((column) => [column, entry[column]]));
  return JSON.stringify({ file: name, ...facts, recipe: JSON.parse(recipeJsonOf(store, entry.id)) as Recipe });
}

function textOf(value: LibraryEntry[(typeof columns)[number]]): string {
  if (value === null) return "";
  return typeof value === "object" ? value.join(";") : String(value);
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
