import { type RemoveBackgroundOptions, removeBackground } from "./background/remove-background.ts";
import { flatten } from "./cleanup/flatten.ts";
import { removeDoubles } from "./cleanup/remove-doubles.ts";
import { removeOrphans } from "./cleanup/remove-orphans.ts";
import { smoothJaggies } from "./cleanup/smooth-jaggies.ts";
import { thresholdAlpha } from "./cleanup/threshold-alpha.ts";
import { dither } from "./dither/dither.ts";
import type { DitherMethod } from "./dither/methods.ts";
import { recoverGrid } from "./grid/recover-grid.ts";
import { type AddOutlineOptions, addOutline, type RemoveOutlineOptions, removeOutline } from "./outline/outline.ts";
import { PixelsError } from "./pixels-error.ts";
import { autoColorCount } from "./quantize/auto-color-count.ts";
import { extractPalette } from "./quantize/extract-palette.ts";
import { bestColors, mapToPalette } from "./quantize/map-to-palette.ts";
import { cloneRaster, countColors, type Raster } from "./raster.ts";
import { repairSeams } from "./tile/repair-seams.ts";
import { type ScaleMethod, scale } from "./scale/scale.ts";
import { trim } from "./trim.ts";

/**
 * What is done to a generated picture, as data, so that a recipe can repeat it. Steps run in the order given.
 * Colours are "#rrggbb".
 */
export type FinishStep =
  /** Alpha below `threshold` becomes 0 (and the colour black), the rest 255. */
  | { readonly step: "alpha"; readonly threshold: number }
  /** Removes lone pixels: specks of alpha and single pixels of an unrelated colour. */
  | { readonly step: "orphans" }
  /** Reduces to `count` opaque colours taken from the picture; "auto" finds the fewest that look the same, up to `most`. */
  | { readonly step: "colors"; readonly count: number | "auto"; readonly most?: number }
  /**
   * Maps every visible pixel to a colour of a palette (or of its best `count` colours): the nearest, or mixed by `dither`
   * with a strength from 0 to 1 (1 unless given).
   */
  | {
      readonly step: "palette";
      readonly name: string;
      readonly colors: readonly string[];
      readonly count?: number;
      readonly dither?: DitherMethod;
      readonly strength?: number;
    }
  /** Puts the picture on a ground of one colour; "auto" takes the darkest of its own that sets it off. */
  | { readonly step: "background"; readonly color: string }
  /** Brings a picture of pixel art to its native size: the one given, else the likeliest. */
  | { readonly step: "grid"; readonly size?: { readonly width: number; readonly height: number } }
  /** Makes the edges of a texture meet where it is repeated, by pixels of its own. */
  | { readonly step: "seams" }
  /** Makes the background transparent, from the border inwards; see `removeBackground`. */
  | ({ readonly step: "remove-background" } & RemoveBackgroundOptions)
  /** Draws an outline of one pixel around what is visible; see `addOutline`. */
  | ({ readonly step: "outline" } & AddOutlineOptions)
  /** Takes one layer of outline away; see `removeOutline`. */
  | ({ readonly step: "remove-outline" } & RemoveOutlineOptions)
  /** Enlarges by a whole factor, by blocks or with steps rounded off; see `scale`. */
  | { readonly step: "scale"; readonly factor: number; readonly method?: ScaleMethod }
  /** Thins stairs of lines that are doubled in places; see `removeDoubles`. */
  | { readonly step: "doubles" }
  /** Evens edges that a single pixel breaks; see `smoothJaggies`. */
  | { readonly step: "jaggies" }
  /** Cuts transparent rows and columns off all sides but for `margin` pixels (0 unless given). */
  | { readonly step: "trim"; readonly margin?: number };

/** Applies the steps to a copy of the raster. */
export function finish(raster: Raster, steps: readonly FinishStep[]): Raster {
  return steps.reduce(applyStep, cloneRaster(raster));
}

function applyStep(raster: Raster, step: FinishStep): Raster {
  switch (step.step) {
    case "alpha":
      return thresholdAlpha(raster, step.threshold);
    case "orphans":
      return removeOrphans(raster);
    case "colors":
      return reduceColors(raster, step.count, step.most);
    case "palette":
      return applyPalette(raster, step);
    case "background":
      return flatten(raster, step.color);
    case "grid":
      return recoverGrid(raster, { size: step.size }).raster;
    case "seams":
      return repairSeams(raster).raster;
    case "remove-background":
      return removeBackground(raster, step);
    case "outline":
      return addOutline(raster, step);
    case "remove-outline":
      return removeOutline(raster, step);
    case "scale":
      return scale(raster, step);
    case "doubles":
      return removeDoubles(raster);
    case "jaggies":
      return smoothJaggies(raster);
    case "trim":
      return trim(raster, step.margin);
    default:
      return refuseStep(step);
  }
}

function reduceColors(raster: Raster, count: number | "auto", most?: number): Raster {
  if (countColors(raster) === 0) return raster;
  return mapToPalette(raster, extractPalette(raster, count === "auto" ? autoColorCount(raster, most) : count));
}

function applyPalette(raster: Raster, step: FinishStep & { readonly step: "palette" }): Raster {
  if (countColors(raster) === 0) return raster;
  const colors = step.count === undefined ? step.colors : bestColors(raster, step.colors, step.count);
  return dither(raster, colors, { method: step.dither ?? "none", strength: step.strength });
}

/** Steps come from files too, so that the compiler cannot have seen them all. */
function refuseStep(step: never): never {
  const { step: name } = step as { readonly step: unknown };
  throw new PixelsError(
    `Cannot do the finishing step ${JSON.stringify(name)}: this version does not know it; update dgx-pixels`,
    { code: "invalid-argument", argument: "step", value: name },
  );
}
