import { formatHexColor, parseHexColor } from "../hex-color.ts";
import { oklabOfRgb } from "../oklab.ts";
import { PixelsError } from "../pixels-error.ts";
import { cloneRaster, type Raster } from "../raster.ts";
import { colorGrid } from "./color-grid.ts";
import { colorHistogram } from "./color-histogram.ts";
import { checkColorCount } from "./extract-palette.ts";

/**
 * Gives every pixel that is not fully transparent the colour of the palette ("#rrggbb", at least one) nearest to it in
 * OKLab (of equally near ones the first), alpha untouched.
 */
export function mapToPalette(raster: Raster, colors: readonly string[]): Raster {
  return mapToColors(raster, readColors(colors));
}

/** The `count` colours of a palette that fit the picture best, "#rrggbb" in the palette's order; fewer if more are of no use. */
export function bestColors(raster: Raster, colors: readonly string[], count: number): string[] {
  checkColorCount(count);
  const palette = readColors(colors);
  return (count < palette.length ? bestOfPalette(raster, palette, count) : palette).map(formatHexColor);
}

/** Colours as 0xrrggbb; refuses an empty palette. */
export function readColors(colors: readonly string[]): number[] {
  if (colors.length === 0) {
    throw new PixelsError("Cannot map to a palette of 0 colors: give at least one", {
      code: "invalid-argument",
      argument: "colors",
      value: colors,
    });
  }
  return colors.map(parseHexColor);
}

/** The same with colours as 0xrrggbb. */
export function mapToColors(raster: Raster, palette: readonly number[]): Raster {
  const mapped = cloneRaster(raster);
  // A pixel at a time: the lowest byte is red, as processors that Node and browsers run on have it.
  const pixels = new Uint32Array(mapped.data.buffer);
  const answers = palette.map(swapRedAndBlue);
  const nearest = colorGrid(palette);
  // Colours met before, each followed by its answer. A colour's place is made of the low bits of its channels, so that
  // those of a smooth area, which differ there, do not push each other out.
  const bits = pixels.length < 1 << 16 ? 4 : 6;
  const low = (1 << bits) - 1;
  const known = new Int32Array(2 << (3 * bits)).fill(-1);
  let lastColor = -1;
  let last = 0;
  for (let index = 0; index < pixels.length; index++) {
    const pixel = pixels[index];
    if (pixel >>> 24 === 0) continue;
    const color = pixel & 0xffffff;
    if (color !== lastColor) {
      lastColor = color;
      const slot = 2 * (((color >> 16) & low) | (((color >> 8) & low) << bits) | ((color & low) << (2 * bits)));
      if (known[slot] === color) {
        last = known[slot + 1];
      } else {
        const [L, a, b] = oklabOfRgb(swapRedAndBlue(color));
        last = answers[nearest(L, a, b)];
        known[slot] = color;
        known[slot + 1] = last;
      }
    }
    pixels[index] = (pixel & 0xff000000) | last;
  }
  return mapped;
}

function swapRedAndBlue(color: number): number {
  return ((color & 255) << 16) | (color & 0xff00) | ((color >> 16) & 255);
}

/** The squared error of a pixel that has no colour yet: more than any distance in OKLab. */
const unmappedError = 1000;

/** Chooses greedily: each time the colour that lowers the summed squared error most, until none does. */
function bestOfPalette(raster: Raster, palette: readonly number[], count: number): number[] {
  const { counts, oklab } = colorHistogram(raster);
  const distances = palette.map((rgb) => {
    const [L, a, b] = oklabOfRgb(rgb);
    return counts.map((_, index) => {
      const dL = L - oklab[index * 3];
      const da = a - oklab[index * 3 + 1];
      const db = b - oklab[index * 3 + 2];
      return dL * dL + da * da + db * db;
    });
  });
  const errors = new Float64Array(counts.length).fill(unmappedError);
  const chosen: number[] = [];
  while (chosen.length < count) {
    let best = -1;
    let bestGain = 0;
    for (let index = 0; index < palette.length; index++) {
      const distance = distances[index];
      let gain = 0;
      for (let color = 0; color < counts.length; color++) {
        const better = errors[color] - distance[color];
        if (better > 0) gain += better * counts[color];
      }
      if (gain > bestGain) {
        bestGain = gain;
        best = index;
      }
    }
    if (best < 0) break;
    chosen.push(best);
    for (let color = 0; color < counts.length; color++) {
      errors[color] = Math.min(errors[color], distances[best][color]);
    }
  }
  return chosen.toSorted((a, b) => a - b).map((index) => palette[index]);
}
