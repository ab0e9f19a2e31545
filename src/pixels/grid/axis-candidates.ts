import type { AxisProfile } from "./edge-profiles.ts";
import { type Spectrum, spectrumOf } from "./spectrum.ts";
import { countUneven, trackLines } from "./track-lines.ts";
import { blockCells } from "./whole-blocks.ts";

/** Cells of one axis: line k lies at `start + k * pitch` pixels, for k from 0 to `count`. */
export type Cells = { readonly count: number; readonly pitch: number; readonly start: number };

/** Cells that may be the picture's, with what speaks for and against them (see `evidenceNames`). */
export type AxisCandidate = Cells & { readonly evidence: Float64Array };

/** Pitches that are looked for. Finer than 1.6 pixels a cell nothing can be told from native art. */
const leastPitch = 1.6;
const fewestCells = 3;

type Signal = { readonly profile: Float64Array; readonly spectrum: Spectrum; readonly mean: number };

/** The candidates of one axis, without a certain order; the last is the axis as it is, a pixel a cell. */
export function axisCandidates(axis: AxisProfile): AxisCandidate[] {
  const { length } = axis;
  const signals = [signalOf(axis.votes), signalOf(axis.steps), signalOf(axis.bends)] as const;
  const context = contextOf(axis, signals);
  const native = { count: length, pitch: 1, start: 0, evidence: nativeEvidence(context) };
  // In one colour, or in stripes along the axis, there is nothing to find.
  if (length < 2 * fewestCells || context.changed === 0) return [native];
  const frequencies = likelyFrequencies(signals, length);
  const cells = new Map<string, Cells>();
  const add = (pitch: number, start: number) => {
    if (pitch < leastPitch) return;
    const first = Math.ceil(-start / pitch - 0.5);
    const count = Math.ceil((length - start) / pitch - 0.5) - first;
    if (count < fewestCells) return;
    const found = { count, pitch, start: start + first * pitch };
    const key = `${count} ${Math.round((found.start / pitch) * 7)} ${Math.round(40 * Math.log(pitch))}`;
    if (!cells.has(key)) cells.set(key, found);
  };
  for (const { pitch, start } of blockCells(axis)) add(pitch, start);
  for (const frequency of frequencies) {
    const count = Math.round(frequency * length);
    if (count >= fewestCells && Math.abs(count - frequency * length) < 0.75) add(length / count, 0);
  }
  for (const frequency of frequencies) {
    const pitch = 1 / frequency;
    for (const { spectrum } of signals.slice(0, 2)) add(pitch, startAt(spectrum, frequency));
    // Linear interpolation bends midway between the lines.
    add(pitch, startAt(signals[2].spectrum, frequency) + 0.5 + pitch / 2);
  }
  const [{ profile, mean }] = signals;
  for (let pitch = 4; pitch * fewestCells <= length && pitch < 72; pitch *= 1.08) {
    const count = countUneven(profile, mean, pitch);
    if (count >= fewestCells) add(length / count, 0);
  }
  const enlarged = Array.from(cells.values(), (found) => ({
    ...found,
    evidence: evidenceFor(found, axis, signals, context),
  }));
  return [...enlarged, native];
}

/** Square roots, so that a long outline weighs no more than it must, without what changes slowly over the picture. */
function signalOf(sums: Float64Array): Signal {
  const length = sums.length;
  const roots = Float64Array.from(sums, Math.sqrt);
  roots[0] = 0;
  const reach = Math.max(4, length >> 3);
  const total = new Float64Array(length + 1);
  for (let at = 0; at < length; at++) total[at + 1] = total[at] + roots[at];
  const profile = roots.map((value, at) => {
    if (at === 0) return 0;
    const [from, to] = [Math.max(1, at - reach), Math.min(length, at + reach + 1)];
    return value - (total[to] - total[from]) / (to - from);
  });
  return { profile: roots, spectrum: spectrumOf(profile), mean: total[length] / Math.max(1, length - 1) };
}

/** Peaks of the three spectra and of their sums over harmonics, with what these may be multiples or parts of. */
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
  return [...likely];
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
    const after = index + 1 < power.length ? power[index + 1] : -1;
    if (power[index] > power[index - 1] && power[index] >= after) peaks.push(index);
  }
  return peaks
    .toSorted((a, b) => power[b] - power[a] || a - b)
    .slice(0, most)
    .map((index) => {
      if (index + 1 >= power.length) return index / size;
      const [before, here, after] = [power[index - 1], power[index], power[index + 1]];
      const bow = before - 2 * here + after;
      return (index + (bow === 0 ? 0 : (0.5 * (before - after)) / bow)) / size;
    });
}

/** Where the wave of a frequency has its crest, in pixels. */
function startAt({ real, imaginary, size }: Spectrum, frequency: number): number {
  const index = nearestIndex(frequency, size);
  // Only a half of the spectrum is needed: frequencies beyond fold back with the phase turned round.
  return -Math.atan2(imaginary[index], real[index]) / (2 * Math.PI * frequency);
}

function nearestIndex(frequency: number, size: number): number {
  return ((Math.round(frequency * size) % size) + size) % size;
}

/** What each number of a candidate's evidence is, for the fit and for whoever reads the weights. */
export const evidenceNames: readonly string[] = [
  ...["votes", "steps", "bends"].flatMap((name) => [
    `${name}: on lines`,
    `${name}: an eighth of a cell off`,
    `${name}: a quarter off`,
    `${name}: three eighths off`,
    `${name}: midway`,
    `${name}: every other line against the rest`,
    `${name}: every third line against the rest`,
    `${name}: power`,
    `${name}: power at twice the frequency`,
    `${name}: power at half`,
    `${name}: power at a third`,
    `${name}: power at one and a half`,
    `${name}: power against the strongest`,
    `${name}: phase`,
  ]),
  "log pitch",
  "log pitch squared",
  "log count",
  "pitch off a whole number",
  "lines at both ends",
  "ends off the lines",
  "tracked lines: on them",
  "tracked lines: midway",
  "changes on lines",
  "changes on lines, exactly all",
  "changed share",
  "spike share",
  "equal share",
  "log noise",
  "log length",
  "strongest power of votes",
  "strongest power of steps",
  "strongest power of bends",
  "fine pitch",
  "coarse pitch",
  "a pixel a cell",
];

type Context = { readonly strongest: readonly number[]; readonly changed: number; readonly values: readonly number[] };

function contextOf(axis: AxisProfile, signals: readonly Signal[]): Context {
  const lowest = (size: number) => Math.ceil((fewestCells / axis.length) * size);
  const strongest = signals.map(({ spectrum: { power, size } }) => {
    let most = 0;
    for (let index = lowest(size); index < power.length; index++) most = Math.max(most, power[index]);
    return Math.log1p(most);
  });
  const changed = axis.changes.reduce((sum, value) => sum + value, 0);
  return {
    strongest,
    changed,
    values: [
      changed / Math.max(1, axis.length - 1),
      axis.spikeShare,
      axis.equalShare,
      Math.log(axis.noise) / 3,
      Math.log(axis.length) / 6,
      ...strongest.map((value) => value / 4),
    ],
  };
}

function evidenceFor(cells: Cells, axis: AxisProfile, signals: readonly Signal[], context: Context): Float64Array {
  const { pitch, start, count } = cells;
  const { length } = axis;
  const frequency = 1 / pitch;
  const evidence: number[] = [];
  for (const [index, { profile, spectrum, mean }] of signals.entries()) {
    // Bends are counted at the middles of pixels.
    const shift = index === 2 ? start - 0.5 : start;
    evidence.push(...folded(profile, pitch, shift, mean));
    evidence.push(regularity(profile, pitch, shift, 2), regularity(profile, pitch, shift, 3));
    const { power, size } = spectrum;
    const at = (factor: number) => Math.log1p(powerAt(power, frequency * factor, size));
    const here = at(1);
    evidence.push(
      here / 4,
      at(2) / 4,
      at(1 / 2) / 4,
      at(1 / 3) / 4,
      at(1.5) / 4,
      (here - context.strongest[index]) / 4,
    );
    const place = nearestIndex(frequency, size);
    const angle = 2 * Math.PI * frequency * shift;
    const [real, imaginary] = [spectrum.real[place], spectrum.imaginary[place]];
    const amplitude = Math.hypot(real, imaginary);
    evidence.push(amplitude === 0 ? 0 : (real * Math.cos(angle) - imaginary * Math.sin(angle)) / amplitude);
  }
  const endError = Math.abs(start + count * pitch - length) / pitch + Math.abs(start) / pitch;
  const on = changesOnLines(axis.changes, pitch, start);
  const tracked = trackLines(signals[0].profile, signals[0].mean, cells);
  evidence.push(
    Math.log(pitch) / 2,
    (Math.log(pitch) / 2) ** 2,
    Math.log(count) / 4,
    Math.abs(pitch - Math.round(pitch)) * 2,
    endError < 1e-9 ? 1 : 0,
    Math.min(1, endError),
    Math.min(2, Math.sqrt(tracked.onLines)),
    Math.min(2, Math.sqrt(tracked.midway)),
    context.changed === 0 ? 0 : on / context.changed,
    context.changed >= 3 && on === context.changed ? Math.min(1, context.changed / 20) : 0,
    ...context.values,
    pitch < 2.5 ? 1 : 0,
    pitch > 12 ? 1 : 0,
    0,
  );
  return Float64Array.from(evidence);
}

/** Of a pixel a cell there is no evidence but the picture's own, which stands before the last three numbers. */
function nativeEvidence({ values }: Context): Float64Array {
  const evidence = new Float64Array(evidenceNames.length);
  evidence.set(values, evidence.length - 3 - values.length);
  evidence[evidence.length - 1] = 1;
  return evidence;
}

function powerAt(power: Float64Array, frequency: number, size: number): number {
  let index = Math.round(frequency * size) % size;
  if (index > size / 2) index = size - index;
  // The frequency is known to a sixteenth of a cell.
  return Math.max(power[index], power[index - 1] ?? 0, power[index + 1] ?? 0);
}

/** Roots of the mean of the profile at five distances from the lines, 0 to half a cell, over the mean of all. */
function folded(profile: Float64Array, pitch: number, start: number, mean: number): number[] {
  const sums = new Float64Array(6);
  const weights = new Float64Array(6);
  for (let at = 1; at < profile.length; at++) {
    const phase = (at - start) / pitch;
    const place = 8 * Math.abs(phase - Math.round(phase));
    const bin = Math.floor(place);
    const share = place - bin;
    sums[bin] += (1 - share) * profile[at];
    weights[bin] += 1 - share;
    sums[bin + 1] += share * profile[at];
    weights[bin + 1] += share;
  }
  return Array.from({ length: 5 }, (_, bin) =>
    weights[bin] < 1e-6 || mean === 0 ? 0.7 : Math.min(2, Math.sqrt(sums[bin] / weights[bin] / mean)),
  );
}

/** The weakest of `every` interleaved sets of lines over the strongest: near 0 when a coarser grid says as much. */
function regularity(profile: Float64Array, pitch: number, start: number, every: number): number {
  const sums = new Float64Array(every);
  const counts = new Float64Array(every);
  for (let line = 0; ; line++) {
    const place = start + line * pitch;
    const at = Math.round(place);
    if (at >= profile.length) break;
    if (at < 1) continue;
    const share = Math.max(profile[at], 0.7 * (profile[at - 1] ?? 0), 0.7 * (profile[at + 1] ?? 0));
    sums[line % every] += share;
    counts[line % every]++;
  }
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (let set = 0; set < every; set++) {
    const value = counts[set] === 0 ? 0 : sums[set] / counts[set];
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most === 0 ? 0 : least / most;
}

function changesOnLines(changes: Uint8Array, pitch: number, start: number): number {
  let on = 0;
  for (let at = 1; at < changes.length; at++) {
    if (changes[at] === 0) continue;
    const line = start + Math.round((at - start) / pitch) * pitch;
    if (Math.abs(at - line) <= 0.5 + 1e-6) on++;
  }
  return on;
}
