import { type FinishStep, finish, formatHexColor, type Neighbors, outlineColor, parseHexColor } from "#pixels";
import { withoutUndefined } from "./order.ts";
import { type EditEvent, type EditOptions, editPictures } from "./picture-files.ts";
import { countVisible } from "./remove-background.ts";

export type AddOutlinesOptions = Omit<EditOptions, "suffix"> & {
  /** "#rrggbb" or "darkened"; black unless given. */
  readonly color?: string | undefined;
  readonly neighbors?: Neighbors | undefined;
  readonly grow?: boolean | undefined;
};

/** Draws outlines of one pixel around what is visible in pictures. */
export async function* addOutlines(
  paths: readonly string[],
  { color = "#000000", neighbors, grow, ...options }: AddOutlinesOptions,
): AsyncGenerator<EditEvent<{ readonly outlinePixels: number }>> {
  const step: FinishStep = {
    step: "outline",
    color: color === "darkened" ? color : hexOf(color),
    ...withoutUndefined({ neighbors, grow: grow || undefined }),
  };
  yield* editPictures(paths, { ...options, suffix: "-outlined" }, ({ raster: source }) => {
    const raster = finish(source, [step]);
    return { steps: [step], raster, facts: { outlinePixels: countVisible(raster) - countVisible(source) } };
  });
}

export type RemoveOutlinesOptions = Omit<EditOptions, "suffix"> & {
  /** "#rrggbb", "any", or "auto": the commonest colour of the edge, which it is unless given. */
  readonly color?: string | undefined;
  readonly tolerance?: number | undefined;
  readonly neighbors?: Neighbors | undefined;
};

/** Takes one layer of outline off pictures. `color` in the facts is the outline's. */
export async function* removeOutlines(
  paths: readonly string[],
  { color = "auto", tolerance, neighbors, ...options }: RemoveOutlinesOptions,
): AsyncGenerator<EditEvent<{ readonly removedPixels: number; readonly color: string }>> {
  const wanted = color === "auto" || color === "any" ? color : hexOf(color);
  const step: FinishStep = {
    step: "remove-outline",
    color: wanted,
    ...withoutUndefined({ tolerance, neighbors }),
  };
  yield* editPictures(paths, { ...options, suffix: "-unlined" }, ({ raster: source }) => {
    const raster = finish(source, [step]);
    const facts = {
      removedPixels: countVisible(source) - countVisible(raster),
      color: wanted === "auto" ? outlineColor(source, neighbors) : wanted,
    };
    return { steps: [step], raster, facts };
  });
}

/** In the one spelling that recipes keep. Throws a PixelsError for what is no colour. */
function hexOf(color: string): string {
  return formatHexColor(parseHexColor(color));
}
