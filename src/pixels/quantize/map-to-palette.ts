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
  const { data } = mapped;
  const nearest = colorGrid(palette);
  // Colours met before, by the low bits of their channels, so that those of a smooth area do not push each other out.
  const known = new Int32Array(1 << 15).fill(-1);
  const answers = new Int32Array(1 << 15);
  let lastColor = -1;
  let last = 0;
  for (let offset = 0; offset < data.length; offset += 4) {
    if (data[offset + 3] === 0) continue;
    const rgb = (data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2];
    if (rgb !== lastColor) {
      lastColor = rgb;
      const slot = ((rgb >> 6) & 0x7c00) | ((rgb >> 3) & 0x3e0) | (rgb & 0x1f);
      if (known[slot] === rgb) {
        last = answers[slot];
      } else {
        const [L, a, b] = oklabOfRgb(rgb);
        last = palette[nearest(L, a, b)];
        known[slot] = rgb;
        answers[slot] = last;
      }
    }
    data[offset] = last >> 16;
    data[offset + 1] = (last >> 8) & 255;
    data[offset + 2] = last & 255;
  }
  return mapped;
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
