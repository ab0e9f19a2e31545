import { parseHexColor } from "../hex-color.ts";
import { oklabOfRgb } from "../oklab.ts";
import { PixelsError } from "../pixels-error.ts";
import { cloneRaster, type Raster } from "../raster.ts";
import { colorHistogram } from "./color-histogram.ts";
import { checkColorCount } from "./extract-palette.ts";
import { nearestFinder } from "./nearest-color.ts";

/**
 * Gives every pixel that is not fully transparent the colour of the palette nearest to it in OKLab (of equally near
 * ones the first), alpha untouched. With `count`, only the `count` colours of the palette are used that fit best.
 */
export function mapToPalette(raster: Raster, colors: readonly string[], count?: number): Raster {
  if (colors.length === 0) {
    throw new PixelsError("Cannot map to a palette of 0 colors: give at least one", {
      code: "invalid-argument",
      argument: "colors",
      value: colors,
    });
  }
  let palette = colors.map(parseHexColor);
  if (count !== undefined) {
    checkColorCount(count);
    if (count < palette.length) palette = bestOfPalette(raster, palette, count);
  }
  return mapToColors(raster, palette);
}

/** The same with colours as 0xrrggbb. */
export function mapToColors(raster: Raster, palette: readonly number[]): Raster {
  const mapped = cloneRaster(raster);
  const { data } = mapped;
  const { nearest } = nearestFinder(palette);
  const known = new Map<number, number>();
  let lastColor = -1;
  let last = 0;
  for (let offset = 0; offset < data.length; offset += 4) {
    if (data[offset + 3] === 0) continue;
    const rgb = (data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2];
    if (rgb !== lastColor) {
      lastColor = rgb;
      const found = known.get(rgb);
      last = found ?? palette[nearest(...oklabOfRgb(rgb))];
      if (found === undefined) known.set(rgb, last);
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
