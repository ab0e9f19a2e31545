import type { Raster } from "../raster.ts";
import { type ColorHistogram, colorHistogram } from "./color-histogram.ts";
import { checkColorCount, chooseColors } from "./extract-palette.ts";
import { nearestFinder } from "./nearest-color.ts";

/**
 * The fewest colours with which the picture looks the same, at most `most` (32 unless given; 1 to 256). It looks the
 * same when, mapped to what `extractPalette` gives, in OKLab distances,
 * - no pixel moves by more than 0.12,
 * - none of a colour that many pixels share exactly, which somebody will have chosen, by more than 0.04,
 * - and the pixels move by 0.02 on average at most: about what can just be noticed. In a picture of little contrast
 *   that is a fifth of the contrast (the mean distance from the mean colour), down to 0.01.
 *
 * Found by bisection, as the error falls when colours are added (with rare small exceptions, so now and then one fewer
 * would do). 0 for a picture with no visible pixel.
 */
export function autoColorCount(raster: Raster, most = 32): number {
  checkColorCount(most, "most");
  return autoColorCountOf(colorHistogram(raster), most);
}

export function autoColorCountOf(histogram: ColorHistogram, most: number): number {
  const tolerance = toleranceOf(histogram);
  let enough = Math.min(most, histogram.colors.length);
  let tooFew = 0;
  while (enough - tooFew > 1) {
    const count = (enough + tooFew) >> 1;
    if (looksTheSame(histogram, chooseColors(histogram, count), tolerance)) enough = count;
    else tooFew = count;
  }
  return enough;
}

const mostDistance = 0.12;
const mostSharedDistance = 0.04;
const meanDistance = { least: 0.01, most: 0.02, ofContrast: 0.2 };

/** A colour is shared by many from this share of the pixels on, and from four. */
const sharedBy = { share: 1 / 200, pixels: 4 };

type Tolerance = { readonly pixels: number; readonly sharedFrom: number; readonly meanDistance: number };

function toleranceOf({ counts, oklab }: ColorHistogram): Tolerance {
  let pixels = 0;
  const mean: [number, number, number] = [0, 0, 0];
  for (let index = 0; index < counts.length; index++) {
    pixels += counts[index];
    for (let channel = 0; channel < 3; channel++) mean[channel] += counts[index] * oklab[index * 3 + channel];
  }
  const [L, a, b] = mean.map((sum) => sum / pixels);
  let contrast = 0;
  for (let index = 0, at = 0; index < counts.length; index++, at += 3) {
    contrast += (counts[index] / pixels) * Math.hypot(oklab[at] - L, oklab[at + 1] - a, oklab[at + 2] - b);
  }
  return {
    pixels,
    sharedFrom: Math.max(sharedBy.pixels, pixels * sharedBy.share),
    meanDistance: Math.min(meanDistance.most, Math.max(meanDistance.least, contrast * meanDistance.ofContrast)),
  };
}

function looksTheSame({ counts, oklab }: ColorHistogram, palette: readonly number[], tolerance: Tolerance): boolean {
  const { places, nearest } = nearestFinder(palette);
  let sum = 0;
  for (let index = 0, at = 0; index < counts.length; index++, at += 3) {
    const [L, a, b] = [oklab[at], oklab[at + 1], oklab[at + 2]];
    const near = nearest(L, a, b) * 3;
    const distance = Math.hypot(L - places[near], a - places[near + 1], b - places[near + 2]);
    if (distance > (counts[index] >= tolerance.sharedFrom ? mostSharedDistance : mostDistance)) return false;
    sum += distance * counts[index];
  }
  return sum <= tolerance.meanDistance * tolerance.pixels;
}
