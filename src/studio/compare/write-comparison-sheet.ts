import { dirname, resolve } from "node:path";
import { makeFolder, readPicture, writeFileAtomically } from "#files";
import { encodePng } from "#pixels";
import { drawComparisonSheet } from "./draw-comparison-sheet.ts";
import type { ComparisonView } from "./view-comparison.ts";

export type WriteSheetOptions = {
  /** Calls contenders A, B, C. */
  readonly isBlind?: boolean | undefined;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
};

/** Writes a comparison as one labelled PNG; answers where it lies and how large it is in pixels. Throws FilesError. */
export async function writeComparisonSheet(
  view: ComparisonView,
  out: string,
  { isBlind, force = false }: WriteSheetOptions,
) {
  const file = resolve(out);
  const sheet = await drawComparisonSheet(view, { readRaster: (entry) => readPicture(entry.file), isBlind });
  await makeFolder(dirname(file));
  await writeFileAtomically(file, encodePng(sheet), { onlyIfAbsent: !force });
  return { file, width: sheet.width, height: sheet.height };
}
