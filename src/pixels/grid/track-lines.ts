import type { Cells } from "./cells.ts";

/** Lines of cells that need not be even: `lines[k]` is the first pixel of cell k; one more than there are cells. */
export type TrackedLines = {
  readonly lines: Int32Array;
  /** Mean of the profile on the inner lines, as a multiple of its mean; 0 without inner lines. */
  readonly onLines: number;
  /** The same midway between them. */
  readonly midway: number;
};

/** How far a line may lie from where even cells have it, and how unlike its neighbours' a width may be, in cells. */
const mostShift = 0.6;
const mostStretch = 0.35;
/** And in pixels: the wide cells of a picture that has them are few, and following them further only takes time. */
const mostPixels = 24;
/** What a width that is a whole cell off costs, in means of the profile. */
const stretchCost = 12;
/** A lone strong line counts as this many means, so that outlines do not pull their neighbours out of place. */
const mostGain = 4;

/**
 * Follows lines that wander: of all sequences of lines near those of even cells, takes the one with the strongest
 * profile on it and the most even widths, by dynamic programming over the lines (R. Bellman, 1957). The outer lines stay
 * where they are.
 */
export function trackLines(profile: Float64Array, mean: number, { count, pitch, start }: Cells): TrackedLines {
  const { length } = profile;
  const reach = pitch < 2.5 ? 0 : Math.min(mostPixels, Math.floor(pitch * mostShift));
  const span = 2 * reach + 1;
  const placeOf = (line: number) => Math.round(start + line * pitch);
  const choices = new Int16Array((count + 1) * span);
  const stretch = Math.min(mostPixels, pitch * mostStretch);
  const least = Math.max(1, Math.ceil(pitch - stretch));
  const most = Math.max(least, Math.floor(pitch + stretch));
  const costs = Float64Array.from({ length: most + 1 }, (_, width) => stretchCost * (width / pitch - 1) ** 2);
  const scale = mean === 0 ? 0 : 1 / mean;
  let before = new Float64Array(span).fill(Number.NEGATIVE_INFINITY);
  let here = new Float64Array(span);
  before[reach] = 0;
  for (let line = 1; line <= count; line++) {
    const [place, last] = [placeOf(line), placeOf(line - 1)];
    const isEnd = line === count;
    for (let shift = 0; shift < span; shift++) {
      here[shift] = Number.NEGATIVE_INFINITY;
      if (isEnd && shift !== reach) continue;
      const at = place + shift - reach;
      // Index of the line before is last + index - reach, and its distance at least `least`, at most `most`.
      const from = Math.max(0, at - most - last + reach);
      const to = Math.min(span - 1, at - least - last + reach);
      let best = Number.NEGATIVE_INFINITY;
      let choice = -1;
      for (let index = from; index <= to; index++) {
        const value = before[index] - costs[at - (last + index - reach)];
        if (value > best) {
          best = value;
          choice = index;
        }
      }
      const inside = at >= 1 && at < length ? profile[at] * scale : 0;
      here[shift] = best + (isEnd ? 0 : Math.min(mostGain, inside));
      choices[line * span + shift] = choice;
    }
    [before, here] = [here, before];
  }
  const lines = new Int32Array(count + 1);
  let shift = reach;
  for (let line = count; line >= 0; line--) {
    lines[line] = placeOf(line) + shift - reach;
    // No sequence was possible: even cells it is.
    if (line > 0) shift = choices[line * span + shift] < 0 ? reach : choices[line * span + shift];
  }
  return { lines, ...strengths(profile, scale, lines) };
}

function strengths(profile: Float64Array, scale: number, lines: Int32Array) {
  let [onLines, midway, inner] = [0, 0, 0];
  for (let line = 1; line + 1 < lines.length; line++) {
    const [at, middle] = [lines[line], (lines[line] + lines[line + 1]) >> 1];
    if (at < 1 || middle >= profile.length) continue;
    onLines += profile[at] * scale;
    midway += profile[middle] * scale;
    inner++;
  }
  return { onLines: inner === 0 ? 0 : onLines / inner, midway: inner === 0 ? 0 : midway / inner };
}

/** How many cells cover a length from end to end best when their widths may differ by a quarter from `pitch`. */
export function countUneven(profile: Float64Array, mean: number, pitch: number): number {
  const { length } = profile;
  const [least, most] = [Math.max(2, Math.ceil(pitch * 0.75)), Math.max(2, Math.floor(pitch * 1.25))];
  const costs = Float64Array.from({ length: most + 1 }, (_, width) => stretchCost * (width / pitch - 1) ** 2);
  const scale = mean === 0 ? 0 : 1 / mean;
  const values = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY);
  const counts = new Int32Array(length + 1);
  values[0] = 0;
  for (let at = least; at <= length; at++) {
    const gain = at < length ? Math.min(mostGain, profile[at] * scale) - 1 : 0;
    let best = Number.NEGATIVE_INFINITY;
    let from = -1;
    for (let width = least; width <= most && width <= at; width++) {
      const value = values[at - width] - costs[width];
      if (value > best) {
        best = value;
        from = at - width;
      }
    }
    if (from < 0) continue;
    values[at] = best + gain;
    counts[at] = counts[from] + 1;
  }
  return counts[length];
}
