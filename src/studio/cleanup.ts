import { type FinishStep, finish, formatHexColor, type Raster } from "#pixels";
import { type EditEvent, type EditOptions, editPictures } from "./picture-files.ts";
import { StudioError } from "./studio-error.ts";

export type CleanupKind = "orphans" | "doubles" | "jaggies";

/** In the order in which they run: the later ones look at what the earlier ones have left. */
const kinds: readonly CleanupKind[] = ["orphans", "doubles", "jaggies"];

/** Doubled corners are left where nothing else is said: a third of the sprites that people drew have some on purpose. */
const usual: readonly CleanupKind[] = ["orphans", "jaggies"];

export type Change = {
  readonly kind: CleanupKind;
  readonly x: number;
  readonly y: number;
  /** "#rrggbb", or "transparent". */
  readonly from: string;
  readonly to: string;
};

/** How many pixels each kind of cleaning changed, and which. */
export type CleanupFacts = Readonly<Record<CleanupKind, number>> & { readonly changes: readonly Change[] };

/** Takes lone pixels, doubled corners of lines and jagged edges out of pictures, and tells every pixel it changed. */
export async function* cleanUpPictures(
  paths: readonly string[],
  { wanted = usual, ...options }: Omit<EditOptions, "suffix"> & { readonly wanted?: readonly CleanupKind[] },
): AsyncGenerator<EditEvent<CleanupFacts>> {
  const chosen = kinds.filter((kind) => wanted.includes(kind));
  if (chosen.length === 0)
    throw new StudioError("invalid-order", "Cannot clean nothing up: ask for orphans, doubles or jaggies");
  const steps: readonly FinishStep[] = chosen.map((step) => ({ step }));
  yield* editPictures(paths, { ...options, suffix: "-clean" }, ({ raster: source }) => {
    const changes: Change[] = [];
    let raster = source;
    for (const kind of chosen) {
      const cleaned = finish(raster, [{ step: kind }]);
      changes.push(...changesBetween(raster, cleaned, kind));
      raster = cleaned;
    }
    const count = (kind: CleanupKind) => changes.filter((change) => change.kind === kind).length;
    const facts = { orphans: count("orphans"), doubles: count("doubles"), jaggies: count("jaggies"), changes };
    return { steps, raster, facts };
  });
}

function changesBetween(before: Raster, after: Raster, kind: CleanupKind): readonly Change[] {
  const changes: Change[] = [];
  for (let index = 0; index < before.width * before.height; index++) {
    const [from, to] = [colorAt(before, index), colorAt(after, index)];
    if (from !== to) changes.push({ kind, x: index % before.width, y: Math.floor(index / before.width), from, to });
  }
  return changes;
}

function colorAt({ data }: Raster, index: number): string {
  const at = index * 4;
  if (data[at + 3] === 0) return "transparent";
  return formatHexColor((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
}
