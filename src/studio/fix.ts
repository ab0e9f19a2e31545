import { countColors, type FinishStep, type GridFinding, type Raster, recoverGrid } from "#pixels";
import { type EditEvent, type EditOptions, editPictures, type PictureFailure } from "./picture-files.ts";
import { readPalette } from "./read-palette.ts";
import { StudioError } from "./studio-error.ts";

export type FixOptions = Omit<EditOptions, "suffix"> & {
  /** The native size where it is known; the width alone for cells that are square. */
  readonly size?: number | { readonly width: number; readonly height: number } | undefined;
  /** Takes this one of the alternatives, from 1, however unsure it is. */
  readonly pick?: number | undefined;
  /** Reduces the native picture to so many colours, or to the fewest that look the same; with a palette, of it. */
  readonly colors?: number | "auto" | undefined;
  /** A built-in name or a file. */
  readonly palette?: string | undefined;
};

export type Fixed = {
  /** The grid that was taken. */
  readonly grid: GridFinding;
  /** What the picture may be, the best guess first. */
  readonly alternatives: readonly GridFinding[];
  /** The picture had a pixel a cell already. */
  readonly native: boolean;
  readonly colors: number;
};

export type FixEvent =
  | EditEvent<Fixed>
  /** Nothing was written: a person must say which of these it is. */
  | (Omit<PictureFailure, "kind"> & { readonly kind: "unsure"; readonly alternatives: readonly GridFinding[] });

/**
 * Brings pictures of pixel art, however enlarged or spoiled, to their native pixels. Native art comes back as it is. Of
 * a picture whose grid is not sure nothing is written, unless `pick` or `size` says what to take. Throws for a palette
 * that cannot be had; what a picture fails for comes as an event.
 */
export async function* fixPictures(
  paths: readonly string[],
  { size, pick, colors, palette, ...options }: FixOptions,
): AsyncGenerator<FixEvent> {
  if (size !== undefined && pick !== undefined)
    throw new StudioError("invalid-order", "Cannot use a size and a pick together: leave one of them out");
  const reduce = await reductionTo(colors, palette);
  const unsure = new WeakMap<Error, readonly GridFinding[]>();
  const edits = editPictures<Fixed>(paths, { ...options, suffix: "-fixed" }, ({ source, raster }) => {
    const found = recoverGrid(raster, { size, pick });
    if (!found.isSure && size === undefined && pick === undefined) {
      const error = unsureOf(source, raster, found.alternatives);
      unsure.set(error, found.alternatives);
      throw error;
    }
    const { raster: native, isNative, isSure: _, alternatives, ...grid } = found;
    const { width, height } = grid;
    const steps: FinishStep[] = [...(isNative ? [] : [{ step: "grid", size: { width, height } } as const]), ...reduce];
    const facts = { grid, alternatives, native: isNative, colors: countColors(native) };
    // With colours to reduce the steps are run as a whole.
    return reduce.length === 0 ? { steps, raster: native, facts } : { steps, facts };
  });
  for await (const event of edits) {
    if (event.kind === "edited") {
      yield { ...event, facts: { ...event.facts, colors: countColors(event.raster) } };
      continue;
    }
    const alternatives = event.error instanceof Error ? unsure.get(event.error) : undefined;
    yield alternatives === undefined ? event : { ...event, kind: "unsure", alternatives };
  }
}

async function reductionTo(colors: FixOptions["colors"], palette: string | undefined): Promise<FinishStep[]> {
  if (palette === undefined) return colors === undefined ? [] : [{ step: "colors", count: colors }];
  if (colors === "auto")
    throw new StudioError(
      "invalid-order",
      `Cannot choose colors by themselves and from the palette ${palette}: give a number of colors, or leave one out`,
    );
  return [{ step: "palette", ...(await readPalette(palette)), ...(colors !== undefined && { count: colors }) }];
}

/** Alternatives that would be printed as 0 % can be picked, but need not be read. */
const leastWorthNaming = 0.005;

function unsureOf(source: string, { width, height }: Raster, alternatives: readonly GridFinding[]): StudioError {
  const list = alternatives.flatMap(({ width, height, confidence }, index) =>
    index > 0 && confidence < leastWorthNaming
      ? []
      : `--pick ${index + 1} for ${width} x ${height} (${Math.round(confidence * 100)} %)`,
  );
  return new StudioError(
    "unsure",
    `Cannot be sure of the pixel grid of ${source} (${width} x ${height} px): choose ${list.join(", ")}, or give --size`,
  );
}
