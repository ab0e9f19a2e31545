import {
  bendsOffset,
  contextOf,
  countCoarsely,
  evidenceFor,
  fewestCells,
  nativeEvidence,
  type Signal,
} from "./axis-evidence.ts";
import type { Cells } from "./cells.ts";
import type { AxisProfile } from "./edge-profiles.ts";
import { powerAt, type Spectrum, spectraOf, waveAt } from "./spectrum.ts";
import { blockCells } from "./whole-blocks.ts";

/** Cells that may be the picture's, with what speaks for and against them (see `evidenceNames`). */
export type AxisCandidate = Cells & { readonly evidence: Float64Array };

/** Pitches that are looked for. Finer than 1.6 pixels a cell nothing can be told from native art. */
const leastPitch = 1.6;
/** Exact blocks leave no doubt, so that fewer will do. */
const fewestBlocks = 3;
/** So many pitches are weighed. */
const mostFrequencies = 28;

/** The candidates of one axis, without a certain order; the last is the axis as it is, a pixel a cell. */
export function axisCandidates(axis: AxisProfile): AxisCandidate[] {
  const { length } = axis;
  const signals = signalsOf([axis.votes, axis.steps, axis.soft.near, axis.soft.far, axis.bends]);
  const onLines = signals.slice(0, -1);
  const bends = { ...signals[signals.length - 1], offset: bendsOffset };
  signals[signals.length - 1] = bends;
  const context = contextOf(axis, signals);
  const native = { count: length, pitch: 1, start: 0, evidence: nativeEvidence(context) };
  // In one colour, or in stripes along the axis, there is nothing to find.
  if (length < 2 * fewestCells || context.changed === 0) return [native];
  const frequencies = likelyFrequencies(signals, length);
  const cells: Cells[] = [];
  const add = (pitch: number, start: number, fewest = fewestCells) => {
    if (pitch < leastPitch) return;
    const first = Math.ceil(-start / pitch - 0.5);
    const count = Math.ceil((length - start) / pitch - 0.5) - first;
    if (count < fewest) return;
    const found = { count, pitch, start: start + first * pitch };
    if (!cells.some((other) => areAlike(found, other))) cells.push(found);
  };
  for (const { pitch, start } of blockCells(axis)) add(pitch, start, fewestBlocks);
  for (const frequency of frequencies) {
    const count = Math.round(frequency * length);
    if (count >= fewestCells && Math.abs(count - frequency * length) < 0.75) add(length / count, 0);
  }
  for (const frequency of frequencies) {
    const pitch = 1 / frequency;
    for (const { spectrum } of onLines) add(pitch, startAt(spectrum, frequency));
    // Linear interpolation bends midway between the lines.
    add(pitch, startAt(bends.spectrum, frequency) + bends.offset + pitch / 2);
  }
  for (let pitch = 4; pitch * fewestCells <= length && pitch < 72; pitch *= 1.08) {
    const count = countCoarsely(context.coarse, pitch);
    if (count >= fewestCells) add(length / count, 0);
  }
  const enlarged = cells.map((found) => ({ ...found, evidence: evidenceFor(found, axis, signals, context) }));
  return [...enlarged, native];
}

/** As many cells that begin and end within a seventh of a cell of each other. */
function areAlike(one: Cells, other: Cells): boolean {
  if (one.count !== other.count) return false;
  const begin = Math.abs(one.start - other.start);
  const end = Math.abs(one.start + one.count * one.pitch - other.start - other.count * other.pitch);
  return begin < one.pitch / 7 && end < one.pitch / 7;
}

/** Square roots, so that a long outline weighs no more than it must; spectra without what changes slowly. */
function signalsOf(sums: readonly Float64Array[]): Signal[] {
  const profiles = sums.map((values) => {
    const roots = Float64Array.from(values, Math.sqrt);
    roots[0] = 0;
    return roots;
  });
  const spectra = spectraOf(profiles.map(quickPart));
  return profiles.map((profile, index) => {
    const mean = profile.reduce((sum, value) => sum + value, 0) / Math.max(1, profile.length - 1);
    return { profile, offset: 0, spectrum: spectra[index], mean };
  });
}

/** A profile without its mean over the neighbourhood. */
function quickPart(profile: Float64Array): Float64Array {
  const length = profile.length;
  const reach = Math.max(4, length >> 3);
  const total = new Float64Array(length + 1);
  for (let at = 0; at < length; at++) total[at + 1] = total[at] + profile[at];
  return profile.map((value, at) => {
    if (at === 0) return 0;
    const [from, to] = [Math.max(1, at - reach), Math.min(length, at + reach + 1)];
    return value - (total[to] - total[from]) / (to - from);
  });
}

/** Peaks of the spectra and of their sums over harmonics, with what these may be multiples or parts of. */
function likelyFrequencies(signals: readonly Signal[], length: number): number[] {
  const { size } = signals[0].spectrum;
  const lowest = Math.ceil((fewestCells / length) * size);
  const found: number[] = [];
  for (const { spectrum } of signals) {
    found.push(...peaksOf(spectrum.power, lowest, 6, size));
    found.push(...peaksOf(harmonicSum(spectrum.power), lowest, 5, size));
  }
  const likely = new Set<number>();
  const add = (frequency: number) => {
    // An eighth of a cell is the resolution there is.
    if (frequency >= fewestCells / length && frequency <= 1 / leastPitch)
      likely.add(Math.round(frequency * length * 8) / (length * 8));
  };
  const strongest = distinct(found, length);
  for (const frequency of strongest) {
    add(frequency);
    // Beyond half a cycle a pixel frequencies fold back.
    add(1 - frequency);
  }
  for (const frequency of strongest.slice(0, 8)) for (const part of [1 / 2, 1 / 3, 2, 2 / 3, 3]) add(frequency * part);
  const strength = (frequency: number) => {
    let sum = 0;
    for (const { spectrum } of signals)
      sum += Math.log1p(powerAt(spectrum, frequency)) + 0.5 * Math.log1p(powerAt(spectrum, 2 * frequency));
    return sum;
  };
  return Array.from(likely, (frequency) => ({ frequency, strength: strength(frequency) }))
    .toSorted((a, b) => b.strength - a.strength || a.frequency - b.frequency)
    .slice(0, mostFrequencies)
    .map(({ frequency }) => frequency);
}

function distinct(frequencies: readonly number[], length: number): number[] {
  const result: number[] = [];
  for (const frequency of frequencies)
    if (!result.some((other) => Math.abs(other - frequency) * length < 0.2)) result.push(frequency);
  return result;
}

/** The mean power at the first harmonics of each frequency, folded back beyond half a cycle a pixel. */
function harmonicSum(power: Float64Array): Float64Array {
  const half = power.length - 1;
  return power.map((value, index) => {
    let sum = value;
    for (let harmonic = 2; harmonic <= 4; harmonic++) {
      const folded = (index * harmonic) % (2 * half);
      sum += power[folded > half ? 2 * half - folded : folded];
    }
    return sum / 4;
  });
}

/** Frequencies of the strongest local maxima, by parabolas through three neighbours. */
function peaksOf(power: Float64Array, lowest: number, most: number, size: number): number[] {
  const peaks: number[] = [];
  for (let index = Math.max(1, lowest); index < power.length; index++) {
    const here = power[index];
    const after = index + 1 < power.length ? power[index + 1] : -1;
    if (here <= power[index - 1] || here < after) continue;
    if (peaks.length === most && here <= power[peaks[most - 1]]) continue;
    let place = peaks.length;
    while (place > 0 && power[peaks[place - 1]] < here) place--;
    peaks.splice(place, 0, index);
    if (peaks.length > most) peaks.pop();
  }
  return peaks.map((index) => {
    if (index + 1 >= power.length) return index / size;
    const [before, here, after] = [power[index - 1], power[index], power[index + 1]];
    const bow = before - 2 * here + after;
    return (index + (bow === 0 ? 0 : (0.5 * (before - after)) / bow)) / size;
  });
}

/** Where the wave of a frequency has its crest, in pixels. */
function startAt(spectrum: Spectrum, frequency: number): number {
  return -waveAt(spectrum, frequency).phase / (2 * Math.PI * frequency);
}
