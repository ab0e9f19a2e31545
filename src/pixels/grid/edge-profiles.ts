import type { Raster } from "../raster.ts";
import { columnsOf } from "./columns-of.ts";
import { type SoftVotes, softVotes, softVotesAlong } from "./soft-votes.ts";

/**
 * What one axis of a picture says about where its cells begin. Index i of an array stands for the place between pixels
 * i - 1 and i, so index 0 is empty, except in `bends`, where it stands for the middle of pixel i.
 */
export type AxisProfile = {
  /** Pixels along the axis. */
  readonly length: number;
  /** How many lines of pixels have the strongest step of its neighbourhood there; the middle of equal steps counts. */
  readonly votes: Float64Array;
  /** The sum of the steps' sizes over all lines, each limited so that no single contrast rules. */
  readonly steps: Float64Array;
  /** The sum of the second differences' sizes over all lines, limited likewise: where linear interpolation has its knots. */
  readonly bends: Float64Array;
  /** Where blurred edges are steepest. */
  readonly soft: SoftVotes;
  /** 1 where any two pixels differ at all. */
  readonly changes: Uint8Array;
  /** Share of the pixels with a step on one side that have one back on the other: lines one pixel wide. */
  readonly spikeShare: number;
  /** Mean size of the steps between neighbours that are not equal; 0 where all are. */
  readonly meanStep: number;
  /** Share of neighbours that are exactly equal. */
  readonly equalShare: number;
  /** Steps below this size are taken for noise; in sums of four channels' differences. */
  readonly noise: number;
};

/** Steps count up to this: a quarter of the way from black to white in three channels. */
const mostStep = 192;

/** Of so many lines of pixels steps are read, evenly spread: enough to tell a grid by, and as long for any picture. */
const mostLines = 400;

/** Reads both axes of a picture. */
export function edgeProfiles(raster: Raster): { readonly x: AxisProfile; readonly y: AxisProfile } {
  const { width, height } = raster;
  const words = premultiplied(raster);
  const soft = softVotes(words, width, height);
  return { x: profileAcross(words, width, height, soft.x), y: profileDown(words, width, height, soft.y) };
}

/** Reads one axis. */
export function edgeProfile(axis: "x" | "y", raster: Raster): AxisProfile {
  const { width, height } = raster;
  const words = premultiplied(raster);
  const soft = softVotesAlong(axis, words, width, height);
  return axis === "x" ? profileAcross(words, width, height, soft) : profileDown(words, width, height, soft);
}

function profileAcross(words: Uint32Array, width: number, height: number, soft: SoftVotes): AxisProfile {
  const every = Math.ceil(height / mostLines);
  return { ...profileOf(bytesOf(words), width, height, every), changes: changesAcross(words, width, height), soft };
}

function profileDown(words: Uint32Array, width: number, height: number, soft: SoftVotes): AxisProfile {
  const every = Math.ceil(width / mostLines);
  const columns = bytesOf(columnsOf(words, width, height, every));
  return {
    ...profileOf(columns, height, Math.ceil(width / every), 1),
    changes: changesDown(words, width, height),
    soft,
  };
}

/** Whole pixels. What is transparent has no colour of its own, so that edges of alpha count and those beneath it do not. */
function premultiplied({ width, height, data }: Raster): Uint32Array {
  const isAligned = data.byteOffset % 4 === 0;
  const words = isAligned
    ? new Uint32Array(data.buffer, data.byteOffset, width * height)
    : new Uint32Array(data.slice().buffer);
  if (isOpaque(words)) return words;
  const pixels = new Uint8Array(data);
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3];
    if (alpha === 255) continue;
    pixels[at] = (pixels[at] * alpha + 127) / 255;
    pixels[at + 1] = (pixels[at + 1] * alpha + 127) / 255;
    pixels[at + 2] = (pixels[at + 2] * alpha + 127) / 255;
  }
  return new Uint32Array(pixels.buffer);
}

function isOpaque(words: Uint32Array): boolean {
  for (let at = 0; at < words.length; at++) if (words[at] >>> 24 !== 255) return false;
  return true;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Over every so manieth of `lines` rows of `length` pixels. */
function profileOf(
  pixels: Uint8Array,
  length: number,
  lines: number,
  every: number,
): Omit<AxisProfile, "soft" | "changes"> {
  const strength = new Uint16Array(length + 1);
  const bend = new Uint16Array(length + 1);
  const noise = noiseLevel(pixels, length, lines);
  const votes = new Float64Array(length);
  const steps = new Float64Array(length);
  const bends = new Float64Array(length);
  let equal = 0;
  let spikes = 0;
  let edges = 0;
  for (let line = 0; line < lines; line += every) {
    differences(pixels, line * length * 4, length, strength, bend);
    let peak = 1;
    for (let at = 1; at < length; at++) {
      const here = strength[at];
      const after = strength[at + 1];
      const bent = bend[at];
      if (here === 0) equal++;
      else steps[at] += here < mostStep ? here : mostStep;
      bends[at] += bent < mostStep ? bent : mostStep;
      if (here > noise || after > noise) {
        edges++;
        // The second difference of a line one pixel wide is the sum of its two steps.
        if (here > noise && after > noise && bent >= 0.8 * (here + after)) spikes++;
      }
      if (here === after) continue;
      // Equal steps from `peak` to here: a vote for their middle when both sides are lower.
      if (here > after && here > noise && strength[peak - 1] < here) {
        votes[(peak + at) >> 1] += 0.5;
        votes[(peak + at + 1) >> 1] += 0.5;
      }
      peak = at + 1;
    }
  }
  const unequal = (length - 1) * Math.ceil(lines / every) - equal;
  return {
    length,
    votes,
    steps,
    bends,
    spikeShare: edges === 0 ? 0 : spikes / edges,
    meanStep: unequal === 0 ? 0 : steps.reduce((sum, value) => sum + value, 0) / unequal,
    equalShare: length < 2 ? 1 : equal / ((length - 1) * Math.ceil(lines / every)),
    noise,
  };
}

/** Of all lines, for one pixel that differs refutes exact blocks. */
function changesAcross(words: Uint32Array, width: number, height: number): Uint8Array {
  const changes = new Uint8Array(width);
  // Places where nothing has changed so far: soon few, unless there are blocks.
  const quiet = Uint32Array.from({ length: Math.max(0, width - 1) }, (_, index) => index + 1);
  let count = quiet.length;
  for (let row = 0, from = 0; row < height && count > 0; row++, from += width) {
    let left = 0;
    for (let index = 0; index < count; index++) {
      const at = quiet[index];
      if (words[from + at] === words[from + at - 1]) quiet[left++] = at;
      else changes[at] = 1;
    }
    count = left;
  }
  return changes;
}

function changesDown(words: Uint32Array, width: number, height: number): Uint8Array {
  const changes = new Uint8Array(height);
  for (let row = 1; row < height; row++) {
    const end = (row + 1) * width;
    let at = row * width;
    while (at < end && words[at] === words[at - width]) at++;
    if (at < end) changes[row] = 1;
  }
  return changes;
}

/**
 * Sums over the channels of a row: the step between each pixel and the one before (0 at both ends), and the second
 * difference around each pixel.
 */
function differences(
  pixels: Uint8Array,
  start: number,
  length: number,
  strength: Uint16Array,
  bend: Uint16Array,
): void {
  let [red, green, blue, alpha] = [pixels[start], pixels[start + 1], pixels[start + 2], pixels[start + 3]];
  let [redStep, greenStep, blueStep, alphaStep] = [0, 0, 0, 0];
  for (let at = 1, from = start + 4; at < length; at++, from += 4) {
    const nextRed = pixels[from] - red;
    const nextGreen = pixels[from + 1] - green;
    const nextBlue = pixels[from + 2] - blue;
    const nextAlpha = pixels[from + 3] - alpha;
    strength[at] = Math.abs(nextRed) + Math.abs(nextGreen) + Math.abs(nextBlue) + Math.abs(nextAlpha);
    bend[at - 1] =
      Math.abs(nextRed - redStep) +
      Math.abs(nextGreen - greenStep) +
      Math.abs(nextBlue - blueStep) +
      Math.abs(nextAlpha - alphaStep);
    red += nextRed;
    green += nextGreen;
    blue += nextBlue;
    alpha += nextAlpha;
    redStep = nextRed;
    greenStep = nextGreen;
    blueStep = nextBlue;
    alphaStep = nextAlpha;
  }
  bend[length - 1] = Math.abs(redStep) + Math.abs(greenStep) + Math.abs(blueStep) + Math.abs(alphaStep);
}

/**
 * Twice the median step of some rows over the picture: more than half of all neighbours lie inside a cell, or there is
 * no grid to find.
 */
function noiseLevel(pixels: Uint8Array, length: number, lines: number): number {
  const counts = new Uint32Array(4 * 255 + 1);
  const every = Math.max(1, Math.floor(lines / 128));
  let total = 0;
  for (let line = every >> 1; line < lines; line += every) {
    for (let at = line * length * 4 + 4, end = (line + 1) * length * 4; at < end; at += 4) {
      const red = Math.abs(pixels[at] - pixels[at - 4]);
      const green = Math.abs(pixels[at + 1] - pixels[at - 3]);
      const blue = Math.abs(pixels[at + 2] - pixels[at - 2]);
      counts[red + green + blue + Math.abs(pixels[at + 3] - pixels[at - 1])]++;
    }
    total += length - 1;
  }
  let median = 0;
  for (let below = counts[0]; below < total / 2; below += counts[++median]);
  return Math.max(8, Math.min(96, 2 * median));
}
