import type { Cells } from "./cells.ts";
import type { AxisProfile } from "./edge-profiles.ts";
import { areBlocksOf, blockinessOf, jpegBlock } from "./jpeg-blocks.ts";
import { powerAt, type Spectrum, waveAt } from "./spectrum.ts";
import { countUneven, trackLines } from "./track-lines.ts";

/** A profile that is periodic when there are cells: roots of sums, their mean, and the spectrum of what varies quickly. */
export type Signal = {
  readonly profile: Float64Array;
  /** Where index 0 stands, in pixels from the picture's edge. */
  readonly offset: number;
  readonly spectrum: Spectrum;
  readonly mean: number;
};

/** Fewer cells than these are not looked for, so slower waves do not count. */
export const fewestCells = 5;

/** What each number of a candidate's evidence is, for the fit and for whoever reads the weights. */
export const evidenceNames: readonly string[] = [
  ...["votes", "steps", "near soft votes", "far soft votes", "bends"].flatMap((name) => [
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
  "strongest power of near soft votes",
  "strongest power of far soft votes",
  "strongest power of bends",
  "blockiness",
  "JPEG's blocks",
  "JPEG's blocks times blockiness",
  "half or twice JPEG's blocks",
  "fine pitch",
  "coarse pitch",
  "a pixel a cell",
];

/** Bends, the last signal, are counted at the middles of pixels; the others between them. */
export const bendsOffset = 0.5;

type Profile = Pick<Signal, "profile" | "mean">;

type Context = {
  readonly strongest: readonly number[];
  readonly changed: number;
  readonly blockiness: number;
  /** The votes, and of half and a quarter of their length. */
  readonly coarse: readonly Profile[];
  readonly values: readonly number[];
};

/** What the axis itself tells, whatever the candidate. */
export function contextOf(axis: AxisProfile, signals: readonly Signal[]): Context {
  const strongest = signals.map(({ spectrum: { power, size } }) => {
    let most = 0;
    for (let index = Math.ceil((fewestCells / axis.length) * size); index < power.length; index++)
      most = Math.max(most, power[index]);
    return Math.log1p(most);
  });
  const changed = axis.changes.reduce((sum, value) => sum + value, 0);
  const blockiness = blockinessOf(axis.steps);
  return {
    strongest,
    changed,
    blockiness,
    coarse: [signals[0], halfAsLong(signals[0]), halfAsLong(halfAsLong(signals[0]))],
    values: [
      changed / Math.max(1, axis.length - 1),
      axis.spikeShare,
      axis.equalShare,
      Math.log(axis.noise) / 3,
      Math.log(axis.length) / 6,
      ...strongest.map((value) => value / 4),
      blockiness,
    ],
  };
}

function halfAsLong({ profile }: Profile): Profile {
  const half = new Float64Array((profile.length + 1) >> 1);
  let sum = 0;
  for (let at = 0, from = 0; at < half.length; at++, from += 2) {
    half[at] = Math.max(profile[from], profile[from - 1] ?? 0, profile[from + 1] ?? 0);
    sum += half[at];
  }
  return { profile: half, mean: sum / Math.max(1, half.length - 1) };
}

/** Lines of so wide cells are followed in a profile of half or a quarter of the length, in a fraction of the time. */
const widePitch = 10;
const widestPitch = 20;

function levelOf(pitch: number): number {
  return pitch < widePitch ? 0 : pitch < widestPitch ? 1 : 2;
}

function trackCoarsely(coarse: readonly Profile[], { count, pitch, start }: Cells) {
  const level = levelOf(pitch);
  const { profile, mean } = coarse[level];
  return trackLines(profile, mean, { count, pitch: pitch / 2 ** level, start: start / 2 ** level });
}

/** How many cells of unlike widths around `pitch` cover the axis best. */
export function countCoarsely(coarse: readonly Profile[], pitch: number): number {
  const level = levelOf(pitch);
  const { profile, mean } = coarse[level];
  return countUneven(profile, mean, pitch / 2 ** level);
}

/** The numbers of `evidenceNames` for a candidate. */
export function evidenceFor(
  cells: Cells,
  axis: AxisProfile,
  signals: readonly Signal[],
  context: Context,
): Float64Array {
  const { pitch, start, count } = cells;
  const { length } = axis;
  const frequency = 1 / pitch;
  const evidence: number[] = [];
  const foldedBends = foldedAll(signals.slice(-1), phasesOf(cells, length, bendsOffset));
  const folded = [...foldedAll(signals.slice(0, -1), phasesOf(cells, length, 0)), ...foldedBends];
  for (const [index, { profile, offset, spectrum }] of signals.entries()) {
    const shift = start - offset;
    evidence.push(...folded[index]);
    evidence.push(...regularities(profile, pitch, shift));
    const at = (factor: number) => Math.log1p(powerAt(spectrum, frequency * factor));
    const here = at(1);
    evidence.push(
      here / 4,
      at(2) / 4,
      at(1 / 2) / 4,
      at(1 / 3) / 4,
      at(1.5) / 4,
      (here - context.strongest[index]) / 4,
    );
    const { phase, amplitude } = waveAt(spectrum, frequency);
    evidence.push(amplitude === 0 ? 0 : Math.cos(phase + 2 * Math.PI * frequency * shift));
  }
  const endError = Math.abs(start + count * pitch - length) / pitch + Math.abs(start) / pitch;
  const on = changesOnLines(axis.changes, pitch, start);

  const tracked = trackCoarsely(context.coarse, cells);
  const areJpegs = areBlocksOf(jpegBlock, cells) ? 1 : 0;
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
    areJpegs,
    areJpegs * context.blockiness,
    areBlocksOf(jpegBlock / 2, cells) || areBlocksOf(jpegBlock * 2, cells) ? 1 : 0,
    pitch < 2.5 ? 1 : 0,
    pitch > 12 ? 1 : 0,
    0,
  );
  return Float64Array.from(evidence);
}

/** So many numbers stand behind those of the context. */
const afterContext = 6;

/** Of a pixel a cell there is no evidence but the picture's own. */
export function nativeEvidence({ values }: Context): Float64Array {
  const evidence = new Float64Array(evidenceNames.length);
  evidence.set(values, evidence.length - afterContext - values.length);
  evidence[evidence.length - 1] = 1;
  return evidence;
}

/** For every pixel how far it lies from the nearest line, in eighths of a cell: a whole number and what is beyond. */
type Phases = { readonly eighths: Uint8Array; readonly beyond: Float64Array };

function phasesOf({ pitch, start }: Cells, length: number, offset: number): Phases {
  const eighths = new Uint8Array(length);
  const beyond = new Float64Array(length);
  for (let at = 1; at < length; at++) {
    const phase = (at + offset - start) / pitch;
    const away = 8 * Math.abs(phase - Math.floor(phase + 0.5));
    // Half a cell is the most, but for rounding.
    eighths[at] = away;
    beyond[at] = away - eighths[at];
  }
  return { eighths, beyond };
}

/** For each signal roots of the mean of the profile at five distances from the lines, 0 to half a cell, over the mean of all. */
function foldedAll(signals: readonly Signal[], { eighths, beyond }: Phases): number[][] {
  const weights = new Float64Array(6);
  for (let at = 1; at < eighths.length; at++) {
    weights[eighths[at]] += 1 - beyond[at];
    weights[eighths[at] + 1] += beyond[at];
  }
  return signals.map(({ profile, mean }) => {
    const sums = new Float64Array(6);
    for (let at = 1; at < profile.length; at++) {
      const bin = eighths[at];
      const value = profile[at];
      const share = beyond[at] * value;
      sums[bin] += value - share;
      sums[bin + 1] += share;
    }
    return Array.from({ length: 5 }, (_, bin) =>
      weights[bin] < 1e-6 || mean === 0 ? 0.7 : Math.min(2, Math.sqrt(sums[bin] / weights[bin] / mean)),
    );
  });
}

/** The weakest of two and of three interleaved sets of lines over the strongest: near 0 when a coarser grid says as much. */
function regularities(profile: Float64Array, pitch: number, start: number): [everyOther: number, everyThird: number] {
  const { length } = profile;
  const sums = new Float64Array(6);
  const counts = new Int32Array(6);
  for (let line = 0; ; line++) {
    const at = Math.floor(start + line * pitch + 0.5);
    if (at >= length) break;
    if (at < 1) continue;
    let strength = profile[at];
    const before = 0.7 * profile[at - 1];
    if (before > strength) strength = before;
    const after = at + 1 < length ? 0.7 * profile[at + 1] : 0;
    if (after > strength) strength = after;
    sums[line % 6] += strength;
    counts[line % 6]++;
  }
  const weakest = (every: number) => {
    let [least, most] = [Number.POSITIVE_INFINITY, 0];
    for (let set = 0; set < every; set++) {
      let [sum, count] = [0, 0];
      for (let part = set; part < 6; part += every) {
        sum += sums[part];
        count += counts[part];
      }
      const value = count === 0 ? 0 : sum / count;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most === 0 ? 0 : least / most;
  };
  return [weakest(2), weakest(3)];
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
