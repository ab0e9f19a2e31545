import { formatHexColor, parseHexColor } from "../hex-color.ts";
import { oklabOfRgb, squaredOklabDistance } from "../oklab.ts";
import { distinctColors } from "./palette.ts";

/** Distances are OKLab's: 0.02 is just noticeable, black to white is 1. */
export type PaletteComparison = {
  /** Colours that both have. */
  readonly shared: readonly string[];
  readonly onlyInFirst: readonly NearestMatch[];
  readonly onlyInSecond: readonly NearestMatch[];
  /** From a colour to the nearest one of the other palette, the mean over both palettes. */
  readonly meanDistance: number;
  /** The greatest of those distances (Hausdorff's). */
  readonly greatestDistance: number;
};

type NearestMatch = { readonly color: string; readonly nearest: string; readonly distance: number };

/** Compares two palettes of "#rrggbb", at least one each; their orders do not matter. */
export function comparePalettes(first: readonly string[], second: readonly string[]): PaletteComparison {
  const a = distinctColors(first);
  const b = distinctColors(second);
  const fromFirst = a.map((color) => matchIn(b, color));
  const fromSecond = b.map((color) => matchIn(a, color));
  const distances = [...fromFirst, ...fromSecond].map(({ distance }) => distance);
  return {
    shared: fromFirst.filter(({ distance }) => distance === 0).map(({ color }) => color),
    onlyInFirst: fromFirst.filter(({ distance }) => distance > 0),
    onlyInSecond: fromSecond.filter(({ distance }) => distance > 0),
    meanDistance: distances.reduce((sum, distance) => sum + distance, 0) / distances.length,
    greatestDistance: Math.max(...distances),
  };
}

function matchIn(palette: readonly string[], color: string): NearestMatch {
  const place = oklabOfRgb(parseHexColor(color));
  let nearest = "";
  let distance = Number.POSITIVE_INFINITY;
  for (const candidate of palette) {
    const toCandidate = Math.sqrt(squaredOklabDistance(place, oklabOfRgb(parseHexColor(candidate))));
    if (toCandidate >= distance) continue;
    nearest = candidate;
    distance = toCandidate;
  }
  return { color: formatHexColor(parseHexColor(color)), nearest, distance };
}
