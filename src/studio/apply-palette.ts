import { slugOf } from "#files";
import { countColors, type DitherMethod, type FinishStep } from "#pixels";
import { extractPaletteFrom } from "./extract-palette.ts";
import { type EditEvent, type EditOptions, editPictures } from "./picture-files.ts";
import { readPalette } from "./read-palette.ts";
import { StudioError } from "./studio-error.ts";

export type ApplyPaletteOptions = Omit<EditOptions, "suffix"> & {
  /** A built-in name or a file. Left out: one palette of `colors` colours is taken from all pictures together. */
  readonly palette?: string | undefined;
  /** With a palette: only as many of its colours in a picture, those that fit it best. */
  readonly colors?: number | undefined;
  readonly dither?: DitherMethod | undefined;
  /** Of the dithering, from 0 to 1. */
  readonly strength?: number | undefined;
};

export type AppliedPalette = { readonly palette: string; readonly colors: number };

/**
 * Gives pictures the colours of one palette. `colors` in the facts is how many a picture then has. Throws for a palette
 * that cannot be had; what a picture fails for comes as an event.
 */
export async function* applyPalette(
  paths: readonly string[],
  { palette, colors, dither, strength, ...options }: ApplyPaletteOptions,
): AsyncGenerator<EditEvent<AppliedPalette>> {
  if (palette === undefined && colors === undefined)
    throw new StudioError(
      "invalid-order",
      "Cannot apply a palette without one: give --palette NAME|FILE, or --colors N to take one from the pictures",
    );
  const step: FinishStep = {
    step: "palette",
    ...(await paletteFor(paths, palette, colors, options.signal)),
    ...(palette !== undefined && colors !== undefined && { count: colors }),
    ...(dither !== undefined && { dither }),
    ...(strength !== undefined && { strength }),
  };
  const edits = editPictures(paths, { ...options, suffix: `-${slugOf(step.name)}` }, () => ({
    steps: [step],
    facts: { palette: step.name },
  }));
  for await (const event of edits)
    yield event.kind === "failed" ? event : { ...event, facts: { ...event.facts, colors: countColors(event.raster) } };
}

async function paletteFor(
  paths: readonly string[],
  palette: string | undefined,
  colors: number | undefined,
  signal: AbortSignal | undefined,
) {
  if (palette !== undefined) return readPalette(palette);
  const extracted = await extractPaletteFrom(paths, { count: colors ?? "auto", name: `${colors}-colors`, signal });
  return extracted.palette;
}
