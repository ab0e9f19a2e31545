import { formatHexColor } from "../hex-color.ts";
import { type Oklab, oklabOfRgb, squaredOklabDistance } from "../oklab.ts";
import { colorGrid } from "../quantize/color-grid.ts";
import { PixelsError } from "../pixels-error.ts";
import type { OutlineMeasure, PictureStyle } from "./measure-picture.ts";
import type { OutlineHabit, Range, SizeShare, Style } from "./style.ts";

/** From this distance on, a colour that looks alike is another one. */
const noticeable = 0.02;
/** A palette from which pictures stray farther than this is none. */
const widestTolerance = 0.06;
/** How many of a style's pictures must agree on what is called its habit. */
const habitFrom = 0.7;
const mostColors = 512;

/**
 * What pictures have in common, by medians, percentiles and majorities, so that a few that are unlike the rest change
 * nothing. Habits that fewer than 70 % of the pictures share are none, and a note says so. Throws a PixelsError for no
 * pictures.
 */
export function learnStyle(pictures: readonly PictureStyle[]): Style {
  if (pictures.length === 0)
    throw new PixelsError("Cannot learn a style from 0 pictures: give one at least, better a dozen", {
      code: "invalid-argument",
      argument: "pictures",
      value: 0,
    });
  const palette = learnPalette(pictures);
  const outline = learnOutline(pictures);
  const light = learnLight(pictures);
  const alpha = learnAlpha(pictures);
  const sizes = sharesOf(pictures, ({ width, height }) => ({ width, height }));
  const shades = pictures.flatMap((picture) => picture.shades ?? []);
  const [block, blockAgreement] = majorityOf(pictures.map((picture) => picture.block));
  return {
    pictures: pictures.length,
    palette,
    colors: rangeOf(pictures.map(({ colors }) => colors.size)),
    sizes,
    tiles: sharesOf(pictures, ({ tile }) => tile),
    outline,
    light,
    alpha,
    shades: shades.length < Math.max(1, pictures.length / 2) ? null : rangeOf(shades),
    block: blockAgreement >= 0.9 ? (block ?? null) : null,
    notes: notesOn(pictures, { palette, outline, light, alpha }),
  };
}

function learnPalette(pictures: readonly PictureStyle[]): Style["palette"] {
  const { colors, labs, holders } = gatherColors(pictures);
  if (pictures.length === 1) return { colors, tolerance: 0, strayShare: 0.02 };
  // How each picture would fare with a palette learned from all others.
  const distancesOf = pictures.map((picture) => distancesToOthers(picture, labs, holders));
  for (const tolerance of [0, noticeable, 0.03, 0.045, widestTolerance]) {
    const strays = distancesOf.map((distances) =>
      distances.reduce((sum, { distance, share }) => sum + (distance > tolerance ? share : 0), 0),
    );
    if (percentileOf(strays, 0.9) > 0.05 || coverageOf(labs, tolerance) > 0.5) continue;
    const strayShare = rounded(Math.min(0.25, Math.max(0.02, percentileOf(strays, 0.95) * 1.2)), 3);
    // The colours of the few pictures that stray themselves are not the style's.
    const insiders = pictures.filter((_, index) => strays[index] <= strayShare);
    return { colors: gatherColors(insiders).colors, tolerance, strayShare };
  }
  return { colors, tolerance: null, strayShare: 1 };
}

function gatherColors(pictures: readonly PictureStyle[]) {
  const shares = new Map<number, number>();
  /** How many pictures have a colour. */
  const holders = new Map<number, number>();
  for (const { colors, visible } of pictures)
    for (const [rgb, count] of colors) {
      shares.set(rgb, (shares.get(rgb) ?? 0) + count / visible / pictures.length);
      holders.set(rgb, (holders.get(rgb) ?? 0) + 1);
    }
  const kept = [...shares].toSorted(([a, first], [b, second]) => second - first || a - b).slice(0, mostColors);
  return {
    colors: kept.map(([rgb, share]) => ({ color: formatHexColor(rgb), share: rounded(share, 5) })),
    labs: new Map(kept.map(([rgb]) => [rgb, oklabOfRgb(rgb)] as const)),
    holders,
  };
}

/** The share of all colours that a palette would let pass; one that lets most of them pass says nothing. */
function coverageOf(labs: ReadonlyMap<number, Oklab>, tolerance: number): number {
  if (tolerance === 0) return 0;
  const known = [...labs.keys()];
  const { nearest: nearestTo } = colorGrid(known);
  const limit = tolerance ** 2;
  let covered = 0;
  let all = 0;
  for (let red = 16; red < 256; red += 32)
    for (let green = 16; green < 256; green += 32)
      for (let blue = 16; blue < 256; blue += 32) {
        const lab = oklabOfRgb((red << 16) | (green << 8) | blue);
        const nearest = labs.get(known[nearestTo(...lab)]);
        all++;
        if (nearest !== undefined && squaredOklabDistance(lab, nearest) <= limit) covered++;
      }
  return covered / all;
}

/** For each of a picture's colours how far the nearest colour is that another picture has. */
function distancesToOthers(
  { colors, visible }: PictureStyle,
  labs: ReadonlyMap<number, Oklab>,
  holders: ReadonlyMap<number, number>,
): { readonly distance: number; readonly share: number }[] {
  // A colour that this picture alone has is no other picture's.
  const known = [...labs.keys()].filter((rgb) => !(colors.has(rgb) && holders.get(rgb) === 1));
  const nearestTo = known.length === 0 ? undefined : colorGrid(known).nearest;
  return Array.from(colors, ([rgb, count]) => {
    const share = count / visible;
    if (labs.has(rgb) && (holders.get(rgb) ?? 0) > 1) return { distance: 0, share };
    const lab = oklabOfRgb(rgb);
    const nearest = nearestTo && labs.get(known[nearestTo(...lab)]);
    const distance = nearest === undefined ? Number.POSITIVE_INFINITY : Math.sqrt(squaredOklabDistance(lab, nearest));
    return { distance, share };
  });
}

export function outlineHabitOf({ black, darker, none }: OutlineMeasure): OutlineHabit {
  if (black >= 0.6) return "black";
  if (black + darker >= 0.7) return "darker";
  return none >= 0.65 ? "none" : "partial";
}

function learnOutline(pictures: readonly PictureStyle[]): Style["outline"] {
  const measured = pictures.flatMap(({ outline }) => outline ?? []);
  if (measured.length < Math.max(1, pictures.length * 0.25))
    return { habit: null, black: 0, darker: 0, none: 0, corners: null, agreement: 0 };
  const mean = (of: (outline: OutlineMeasure) => number) =>
    rounded(measured.reduce((sum, outline) => sum + of(outline), 0) / measured.length, 3);
  const [habit, agreement] = majorityOf(measured.map(outlineHabitOf));
  const [corners, cornersAgreement] = majorityOf(measured.flatMap((outline) => outline.corners ?? []));
  const hasLine = habit === "black" || habit === "darker";
  return {
    habit: agreement >= habitFrom ? (habit ?? null) : null,
    black: mean((outline) => outline.black),
    darker: mean((outline) => outline.darker),
    none: mean((outline) => outline.none),
    corners: hasLine && agreement >= habitFrom && cornersAgreement >= habitFrom ? (corners ?? null) : null,
    agreement: rounded(agreement, 3),
  };
}

function learnLight(pictures: readonly PictureStyle[]): Style["light"] {
  const measured = pictures.flatMap(({ light }) => light ?? []);
  let [x, y, weight] = [0, 0, 0];
  for (const light of measured) {
    x += light.x * light.strength;
    y += light.y * light.strength;
    weight += light.strength;
  }
  const agreement = weight === 0 ? 0 : Math.hypot(x, y) / weight;
  const isHabit = measured.length >= Math.max(3, pictures.length * 0.3) && agreement >= 0.5;
  return { degrees: isHabit ? degreesOf(x, y) : null, agreement: rounded(agreement, 3) };
}

/** Counterclockwise from the right, 0 to 359; y counts downwards. */
export function degreesOf(x: number, y: number): number {
  return (Math.round((Math.atan2(-y, x) * 180) / Math.PI) + 360) % 360;
}

function learnAlpha(pictures: readonly PictureStyle[]): Style["alpha"] {
  const [habit, agreement] = majorityOf(pictures.map(({ alpha }) => alpha));
  return { habit: agreement >= habitFrom ? (habit ?? null) : null, agreement: rounded(agreement, 3) };
}

function notesOn(
  pictures: readonly PictureStyle[],
  { palette, outline, light, alpha }: Pick<Style, "palette" | "outline" | "light" | "alpha">,
): string[] {
  const notes: string[] = [];
  if (pictures.length < 8)
    notes.push(`There are only ${pictures.length} pictures: what they have in common may be chance.`);
  const unlike: string[] = [];
  if (palette.tolerance === null) unlike.push("colors");
  const edges = pictures.filter((picture) => picture.outline !== undefined).length;
  if (outline.habit === null && edges >= pictures.length * 0.25) unlike.push("outlines");
  const lit = pictures.filter((picture) => picture.light !== undefined).length;
  if (light.degrees === null && lit >= Math.max(3, pictures.length * 0.3)) unlike.push("light");
  if (alpha.habit === null) unlike.push("transparency");
  if (majorityOf(pictures.map(({ block }) => block))[1] < 0.9) unlike.push("pixel size");
  if (unlike.length > 0)
    notes.push(
      `The pictures have no common ${unlike.join(", ")}: that is not checked` +
        (unlike.length >= 3 ? "; they look like different styles, so learn from each by itself." : "."),
    );
  return notes;
}

function sharesOf(
  pictures: readonly PictureStyle[],
  sizeOf: (picture: PictureStyle) => { readonly width: number; readonly height: number } | undefined,
): SizeShare[] {
  const counts = new Map<string, { width: number; height: number; count: number }>();
  for (const picture of pictures) {
    const size = sizeOf(picture);
    if (size === undefined) continue;
    const key = `${size.width} ${size.height}`;
    counts.set(key, { ...size, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()]
    .toSorted((a, b) => b.count - a.count || a.width - b.width || a.height - b.height)
    .slice(0, 32)
    .map(({ width, height, count }) => ({ width, height, share: rounded(count / pictures.length, 4) }));
}

/** From a bit below the 5th percentile to a bit above the 95th. */
function rangeOf(values: readonly number[]): Range {
  return {
    low: Math.max(1, Math.floor(percentileOf(values, 0.05) * 0.7)),
    median: rounded(medianOf(values), 1),
    high: Math.ceil(percentileOf(values, 0.95) * 1.4),
  };
}

function majorityOf<Value>(values: readonly Value[]): readonly [value: Value | undefined, share: number] {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [best] = [...counts].toSorted(([, a], [, b]) => b - a);
  return best === undefined ? [undefined, 0] : [best[0], best[1] / values.length];
}

function medianOf(values: readonly number[]): number {
  return percentileOf(values, 0.5);
}

/** The value that this share of them does not exceed. */
function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
