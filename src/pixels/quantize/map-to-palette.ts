import { formatHexColor, parseHexColor } from "../hex-color.ts";
import { coneTables, oklabOfRgb } from "../oklab.ts";
import { PixelsError } from "../pixels-error.ts";
import { cloneRaster, type Raster } from "../raster.ts";
import { colorGrid, gridSides, placeTolerance, severalColors, unknownCell } from "./color-grid.ts";
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

/**
 * A table of cube roots with straight lines between them. From 1/64 on it is off by h^2 / 8 * max |f''| = 1.7e-6 at most
 * (h = 1/4096, f'' = 2/9 x^(-5/3)), which moves a place in OKLab by less than 1e-5, `placeTolerance`; below, the true one
 * is taken.
 */
const cbrtSteps = 4096;
const cbrtTable = Float64Array.from({ length: cbrtSteps + 2 }, (_, index) => Math.cbrt(index / cbrtSteps));

function nearlyCbrt(value: number): number {
  if (value < 1 / 64) return Math.cbrt(value);
  const place = value * cbrtSteps;
  const step = place | 0;
  return cbrtTable[step] + (cbrtTable[step + 1] - cbrtTable[step]) * (place - step);
}

/**
 * A place that is off by t changes the difference of two squared distances by 2 * t * the colours' distance at most,
 * which for sRGB is below 1.3; within that it takes the true place to say which colour is nearer.
 */
const decisionMargin = 2.6 * placeTolerance;

const { red: redToL, green: greenToL, blue: blueToL } = coneTables.l;
const { red: redToM, green: greenToM, blue: blueToM } = coneTables.m;
const { red: redToS, green: greenToS, blue: blueToS } = coneTables.s;

/** The same with colours as 0xrrggbb. */
export function mapToColors(raster: Raster, palette: readonly number[]): Raster {
  const mapped = cloneRaster(raster);
  // A pixel at a time: the lowest byte is red, as processors that Node and browsers run on have it.
  const pixels = new Uint32Array(mapped.data.buffer);
  const words = palette.map(swapRedAndBlue);
  const { answers, explore, decide, nearest } = colorGrid(palette);
  const { L: sideL, a: sideA, b: sideB } = gridSides;
  // Colours met before, each followed by its answer. A colour's place is made of the low bits of its channels, so that
  // those of a smooth area, which differ there, do not push each other out.
  // Large pictures of soft areas have some 200,000 colours: their table may be as large as a processor's own memory.
  const bits = pixels.length < 1 << 14 ? 3 : pixels.length < 1 << 19 ? 5 : 6;
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
        pixels[index] = (pixel & 0xff000000) | last;
        continue;
      }
      const red = color & 255;
      const green = (color >> 8) & 255;
      const blue = color >> 16;
      // Written out, since an array a pixel would take as long as all the rest.
      const l = nearlyCbrt(redToL[red] + greenToL[green] + blueToL[blue]);
      const m = nearlyCbrt(redToM[red] + greenToM[green] + blueToM[blue]);
      const s = nearlyCbrt(redToS[red] + greenToS[green] + blueToS[blue]);
      const L = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
      const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
      const b = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
      const cellL = ((L - sideL.from) * sideL.perUnit) | 0;
      const cellA = ((a - sideA.from) * sideA.perUnit) | 0;
      const cellB = ((b - sideB.from) * sideB.perUnit) | 0;
      const cell = (cellL * sideA.cells + cellA) * sideB.cells + cellB;
      let answer = answers[cell];
      if (answer === unknownCell) answer = explore(cell);
      if (answer === severalColors) answer = decide(cell, L, a, b, decisionMargin);
      if (answer < 0) {
        const [exactL, exactA, exactB] = oklabOfRgb(swapRedAndBlue(color));
        answer = nearest(exactL, exactA, exactB);
      }
      last = words[answer];
      known[slot] = color;
      known[slot + 1] = last;
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
