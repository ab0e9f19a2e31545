import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { type Candidate, LibraryError } from "./library-error.ts";
import { rowsOf, type Store } from "./store.ts";

const idPattern = /^[0-9a-f]{4,16}$/i;
const mostCandidates = 5;
const mostCopyBytes = 64 * 1024 * 1024;

/** The id of a PNG: the same bytes are the same sprite. */
export function idOf(png: Uint8Array): string {
  return createHash("sha256").update(png).digest("hex").slice(0, 16);
}

/**
 * The row number of the sprite that a person means: by its id, by the first four or more characters of it where no other
 * begins so, or by a file, in the library or a copy elsewhere. Throws LibraryError.
 */
export function serialOf(store: Store, reference: string): number {
  if (idPattern.test(reference)) return serialOfId(store, reference.toLowerCase());
  if (!/[./\\]/.test(reference))
    throw new LibraryError(
      `Cannot find the sprite ${JSON.stringify(reference)}: give 4 to 16 characters of its id, or its file`,
      { code: "invalid-reference", reference },
    );
  const serial = serialOfFile(store, reference);
  if (serial === undefined) throw notFound(reference);
  return serial;
}

/** Each once, in the order given. */
export function serialsOf(store: Store, references: readonly string[]): number[] {
  return [...new Set(references.map((reference) => serialOf(store, reference)))];
}

type Match = Candidate & { readonly serial: number };

function serialOfId(store: Store, start: string): number {
  const matches = rowsOf<Match>(
    store,
    "SELECT serial, id, prompt FROM sprites WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
    start,
    `${start}g`,
    mostCandidates + 1,
  );
  const [match] = matches;
  if (match === undefined) throw notFound(start);
  if (matches.length === 1) return match.serial;
  const candidates = matches.slice(0, mostCandidates).map(({ id, prompt }) => ({ id, prompt }));
  const named = candidates.map(({ id, prompt }) => `${id} (${shortened(prompt)})`).join(", ");
  throw new LibraryError(
    `Cannot tell which sprite ${start} means: ${named}${matches.length > mostCandidates ? " and more" : ""}; ` +
      "give more characters",
    { code: "ambiguous", reference: start, candidates },
  );
}

function serialOfFile({ database, directory }: Store, path: string): number | undefined {
  const byFile = database.prepare("SELECT serial FROM sprites WHERE file = ?");
  for (const base of [".", directory]) {
    const found = byFile.get(relative(directory, resolve(base, path)).split(sep).join("/"));
    if (found !== undefined) return Number(found["serial"]);
  }
  const copy = bytesOf(path);
  if (copy === undefined) return undefined;
  const found = database.prepare("SELECT serial FROM sprites WHERE id = ?").get(idOf(copy));
  return found === undefined ? undefined : Number(found["serial"]);
}

/** Undefined for what cannot be a copy of a sprite; a pipe or a device could go on for ever. */
function bytesOf(path: string): Uint8Array | undefined {
  try {
    const status = statSync(path);
    return status.isFile() && status.size <= mostCopyBytes ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function notFound(reference: string): LibraryError {
  return new LibraryError(
    `Cannot find the sprite ${reference}: the library has none of that id or file; list the library to see what it has`,
    { code: "not-found", reference },
  );
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
