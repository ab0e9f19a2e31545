import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Library, openLibrary } from "./library.ts";
import { sampleClock } from "./sample-sprites.ts";

/** Test material: libraries that are gone after their test. */

export function sampleFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "library-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty library that is closed and gone after the test. */
export async function sampleLibrary(directory = sampleFolder(), clock = sampleClock()): Promise<Library> {
  const library = await openLibrary(directory, { clock });
  onTestFinished(() => library.close());
  return library;
}
