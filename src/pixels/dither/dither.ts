import { oklabOfRgb } from "../oklab.ts";
import { PixelsError } from "../pixels-error.ts";
import { colorGrid } from "../quantize/color-grid.ts";
import { mapToColors, readColors } from "../quantize/map-to-palette.ts";
import { cloneRaster, type Raster } from "../raster.ts";
import {
  type DiffusionKernel,
  type DitherMethod,
  diffusionKernels,
  ditherMethods,
  type ThresholdMatrix,
  thresholdMatrices,
} from "./methods.ts";

export type DitherOptions = {
  readonly method: DitherMethod;
  /** From 0, none, to 1, all of it. */
  readonly strength?: number | undefined;
};

/**
 * Maps every pixel that is not fully transparent to a colour of the palette ("#rrggbb", at least one), mixing colours
 * side by side where none is near enough. Alpha is untouched, and transparent pixels neither give nor take.
 */
export function dither(raster: Raster, colors: readonly string[], { method, strength = 1 }: DitherOptions): Raster {
  if (!ditherMethods.includes(method))
    throw new PixelsError(`Cannot dither by ${JSON.stringify(method)}: choose ${ditherMethods.join(", ")}`, {
      code: "invalid-argument",
      argument: "method",
      value: method,
    });
  if (!(strength >= 0 && strength <= 1))
    throw new PixelsError(`Cannot dither with strength ${strength}: give a number from 0 to 1`, {
      code: "invalid-argument",
      argument: "strength",
      value: strength,
    });
  const palette = readColors(colors);
  if (method in thresholdMatrices)
    return ditherOrdered(raster, palette, thresholdMatrices[method as keyof typeof thresholdMatrices], strength);
  if (method in diffusionKernels)
    return diffuseError(raster, palette, diffusionKernels[method as keyof typeof diffusionKernels], strength);
  return mapToColors(raster, palette);
}

/**
 * How much the roughness of a mixture counts against it: its variance, as a share of the squared distance between the
 * mixture's mean and the colour wanted. At 0 grey would be mixed from black and white though a near grey is at hand, and
 * brown from red and green; that of hue counts more, since the eye takes colourful dots for noise before dark ones.
 */
const roughnessWeights = { lightness: 0.15, chroma: 0.5 };

/**
 * Each colour is mixed from the palette's nearest and one other, in the ratio that comes closest to it in OKLab; a
 * pixel is the lighter of the two where the pattern's threshold is below the lighter one's share. So an area of one
 * colour holds two colours at most, in the same pattern everywhere, as pixel artists dither. (After J. Yliluoma,
 * "Arbitrary-palette positional dithering algorithm", 2011, with the second colour found from the nearest one.)
 */
function ditherOrdered(
  raster: Raster,
  palette: readonly number[],
  { size, ranks }: ThresholdMatrix,
  strength: number,
): Raster {
  const dithered = cloneRaster(raster);
  const { data, width } = dithered;
  const places = Float64Array.from(palette.flatMap((rgb) => oklabOfRgb(rgb)));
  const { nearest } = colorGrid(palette);
  const thresholds = Float64Array.from(ranks, (rank) => (rank + 0.5) / ranks.length);
  // Mixtures of colours met before, by the low bits of their channels.
  const known = new Int32Array(1 << 15).fill(-1);
  const darker = new Int32Array(1 << 15);
  const lighter = new Int32Array(1 << 15);
  const lighterShare = new Float64Array(1 << 15);

  const mix = (rgb: number, slot: number) => {
    const [L, a, b] = oklabOfRgb(rgb);
    const first = nearest(L, a, b);
    const at = first * 3;
    const toL = L - places[at];
    const toA = a - places[at + 1];
    const toB = b - places[at + 2];
    let least = toL * toL + toA * toA + toB * toB;
    let second = first;
    let secondShare = 0;
    for (let index = 0, other = 0; index < palette.length; index++, other += 3) {
      const dL = places[other] - places[at];
      const da = places[other + 1] - places[at + 1];
      const db = places[other + 2] - places[at + 2];
      const squared = dL * dL + da * da + db * db;
      const along = toL * dL + toA * da + toB * db;
      if (squared === 0 || along <= 0) continue;
      const share = Math.min(0.5, along / squared);
      const missL = toL - share * dL;
      const missA = toA - share * da;
      const missB = toB - share * db;
      const roughness = roughnessWeights.lightness * dL * dL + roughnessWeights.chroma * (da * da + db * db);
      const cost = missL * missL + missA * missA + missB * missB + share * (1 - share) * roughness;
      if (cost < least) {
        least = cost;
        second = index;
        secondShare = share;
      }
    }
    const share = secondShare * strength;
    const isSecondLighter = places[second * 3] > places[at];
    known[slot] = rgb;
    darker[slot] = palette[isSecondLighter ? first : second];
    lighter[slot] = palette[isSecondLighter ? second : first];
    lighterShare[slot] = isSecondLighter ? share : 1 - share;
  };

  for (let y = 0, offset = 0; y < dithered.height; y++) {
    const row = (y % size) * size;
    for (let x = 0; x < width; x++, offset += 4) {
      if (data[offset + 3] === 0) continue;
      const rgb = (data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2];
      const slot = ((rgb >> 6) & 0x7c00) | ((rgb >> 3) & 0x3e0) | (rgb & 0x1f);
      if (known[slot] !== rgb) mix(rgb, slot);
      const color = thresholds[row + (x % size)] < lighterShare[slot] ? lighter[slot] : darker[slot];
      data[offset] = color >> 16;
      data[offset + 1] = (color >> 8) & 255;
      data[offset + 2] = color & 255;
    }
  }
  return dithered;
}

/**
 * Gives each pixel the palette's nearest colour and what it misses, in OKLab, to the neighbours that come later; rows
 * are walked to the right and to the left by turns, which keeps worms away. An error longer than the palette is wide
 * is cut to that, so that a colour beyond the palette's reach does not smear over what follows.
 */
function diffuseError(
  raster: Raster,
  palette: readonly number[],
  { divisor, spread }: DiffusionKernel,
  strength: number,
): Raster {
  const dithered = cloneRaster(raster);
  const { data, width, height } = dithered;
  const places = Float64Array.from(palette.flatMap((rgb) => oklabOfRgb(rgb)));
  const { nearest } = colorGrid(palette);
  const longest = diameter(places);
  const reach = Math.max(...spread.map(([dx]) => Math.abs(dx)));
  const rows = 1 + Math.max(...spread.map(([, dy]) => dy));
  // As many rows of errors as the kernel is high, used in turn, with room at both ends for what falls off.
  const rowLength = (width + 2 * reach) * 3;
  const errors = Array.from({ length: rows }, () => new Float64Array(rowLength));
  const weights = Float64Array.from(spread, ([, , weight]) => (strength * weight) / divisor);
  const right = Int32Array.from(spread, ([dx]) => dx * 3);
  const below = Int32Array.from(spread, ([, dy]) => dy);

  for (let y = 0; y < height; y++) {
    const step = y % 2 === 0 ? 1 : -1;
    const own = errors[y % rows];
    for (let x = step > 0 ? 0 : width - 1; x >= 0 && x < width; x += step) {
      const offset = (y * width + x) * 4;
      if (data[offset + 3] === 0) continue;
      const place = oklabOfRgb((data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2]);
      const at = (x + reach) * 3;
      const L = place[0] + own[at];
      const a = place[1] + own[at + 1];
      const b = place[2] + own[at + 2];
      const index = nearest(L, a, b);
      const color = palette[index];
      data[offset] = color >> 16;
      data[offset + 1] = (color >> 8) & 255;
      data[offset + 2] = color & 255;

      let missL = L - places[index * 3];
      let missA = a - places[index * 3 + 1];
      let missB = b - places[index * 3 + 2];
      const length = Math.sqrt(missL * missL + missA * missA + missB * missB);
      if (length > longest) {
        missL *= longest / length;
        missA *= longest / length;
        missB *= longest / length;
      }
      for (let neighbor = 0; neighbor < weights.length; neighbor++) {
        const weight = weights[neighbor];
        const target = errors[(y + below[neighbor]) % rows];
        const to = at + step * right[neighbor];
        target[to] += missL * weight;
        target[to + 1] += missA * weight;
        target[to + 2] += missB * weight;
      }
    }
    own.fill(0);
  }
  return dithered;
}

/** The greatest OKLab distance between two colours of a palette. */
function diameter(places: Float64Array): number {
  let greatest = 0;
  for (let first = 0; first < places.length; first += 3)
    for (let second = 0; second < first; second += 3)
      greatest = Math.max(
        greatest,
        Math.hypot(
          places[first] - places[second],
          places[first + 1] - places[second + 1],
          places[first + 2] - places[second + 2],
        ),
      );
  return greatest;
}
