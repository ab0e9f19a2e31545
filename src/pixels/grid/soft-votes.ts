import { columnsOf } from "./columns-of.ts";

/**
 * Where blurred edges are steepest along both axes. Index i of an array stands for the place between pixels i - 1 and i,
 * and what is counted is the strength of the steps that are the strongest of their neighbourhood there, over all lines
 * of a picture of half the size.
 */
export type SoftVotes = {
  /** Steps between neighbours at half the size, two pixels apart. */
  readonly near: Float64Array;
  /** Steps between means of two neighbours, four pixels apart: wide blurs, and what JPEG leaves of them. */
  readonly far: Float64Array;
  /** How many of the near ones are stronger than what JPEG's rounding leaves between its blocks. */
  readonly strong: Float64Array;
};

/** Steps count up to this, in sums of four channels' differences, and from `leastStep` on. */
const mostStep = 96;
const leastStep = 3;
const strongStep = 32;
/** Of so many lines at half the size steps are counted: each is a mean of four, and like the next. */
const mostLines = 320;
/** Of channels at half the size, which are sums over 8 x 8 weights. */
const unit = 64;

/**
 * Reads the soft edges of a picture, given as RGBA words. A blur as wide as a cell, as that of a cubic B-spline, leaves no
 * step that noise or JPEG would not hide, but between each two cells the slope still has a maximum of its own. It is
 * looked for at half the size, where noise is a third, and placed between pixels by a parabola through three steps.
 */
export function softVotes(words: Uint32Array, width: number, height: number): { x: SoftVotes; y: SoftVotes } {
  const half = halved(words, width, height);
  return { x: votesAcross(half, width), y: votesDown(half, height) };
}

/** Those along one axis. */
export function softVotesAlong(axis: "x" | "y", words: Uint32Array, width: number, height: number): SoftVotes {
  const half = halved(words, width, height);
  return axis === "x" ? votesAcross(half, width) : votesDown(half, height);
}

function votesAcross(half: HalfSize, width: number): SoftVotes {
  return votesOf(half, width, Math.ceil(half.height / mostLines));
}

function votesDown(half: HalfSize, height: number): SoftVotes {
  return votesOf(turned(half, Math.ceil(half.width / mostLines)), height, 1);
}

/** Two channels a word, of 16 bits each: red and blue in `even`, green and alpha in `odd`. */
type HalfSize = {
  readonly width: number;
  readonly height: number;
  readonly even: Int32Array;
  readonly odd: Int32Array;
};

/** Halves by weights 1, 3, 3, 1 in both directions, two channels in one addition; edges are repeated. */
function halved(words: Uint32Array, fromWidth: number, fromHeight: number): HalfSize {
  const [width, height] = [fromWidth >> 1, fromHeight >> 1];
  const even = new Int32Array(width * height);
  const odd = new Int32Array(width * height);
  // One pixel more on each side.
  const evenRow = new Int32Array(fromWidth + 2);
  const oddRow = new Int32Array(fromWidth + 2);
  const lanes = 0x00ff00ff;
  for (let y = 0; y < height; y++) {
    const second = 2 * y * fromWidth;
    const third = second + fromWidth;
    const first = y === 0 ? second : second - fromWidth;
    const fourth = 2 * y + 2 < fromHeight ? third + fromWidth : third;
    for (let x = 0; x < fromWidth; x++) {
      const a = words[first + x];
      const b = words[second + x];
      const c = words[third + x];
      const d = words[fourth + x];
      evenRow[x + 1] = (a & lanes) + (d & lanes) + 3 * ((b & lanes) + (c & lanes));
      oddRow[x + 1] = ((a >>> 8) & lanes) + ((d >>> 8) & lanes) + 3 * (((b >>> 8) & lanes) + ((c >>> 8) & lanes));
    }
    for (const row of [evenRow, oddRow]) {
      row[0] = row[1];
      row[fromWidth + 1] = row[fromWidth];
    }
    for (let x = 0, at = y * width, from = 0; x < width; x++, at++, from += 2) {
      even[at] = evenRow[from] + evenRow[from + 3] + 3 * (evenRow[from + 1] + evenRow[from + 2]);
      odd[at] = oddRow[from] + oddRow[from + 3] + 3 * (oddRow[from + 1] + oddRow[from + 2]);
    }
  }
  return { width, height, even, odd };
}

/** Every so manieth column as a row. */
function turned({ width, height, even, odd }: HalfSize, every: number): HalfSize {
  const columns = (words: Int32Array) =>
    new Int32Array(columnsOf(new Uint32Array(words.buffer), width, height, every).buffer);
  return { width: height, height: Math.ceil(width / every), even: columns(even), odd: columns(odd) };
}

/** Of every so manieth row. */
function votesOf({ width, height, even, odd }: HalfSize, length: number, every: number): SoftVotes {
  const near = new Float64Array(length + 2);
  const far = new Float64Array(length + 2);
  const strong = new Float64Array(length + 2);
  // Zero at both ends, so that the ends are no maxima.
  const steps = new Int32Array(width + 1);
  const wideSteps = new Int32Array(width + 1);
  for (let y = 0; y < height; y += every) {
    const start = y * width;
    for (let x = 1; x < width; x++) {
      const at = start + x;
      steps[x] = sumOfSteps(even[at], even[at - 1], nearBias) + sumOfSteps(odd[at], odd[at - 1], nearBias);
    }
    for (let x = 2; x + 1 < width; x++) {
      const at = start + x;
      const evenStep = sumOfSteps((even[at] + even[at + 1]) | 0, (even[at - 1] + even[at - 2]) | 0, farBias);
      const oddStep = sumOfSteps((odd[at] + odd[at + 1]) | 0, (odd[at - 1] + odd[at - 2]) | 0, farBias);
      wideSteps[x] = (evenStep + oddStep) >> 1;
    }
    count(steps, width, near, strong);
    count(wideSteps, width, far);
  }
  const [nearest, farthest, strongest] = [near, far, strong].map((votes) => votes.subarray(0, length));
  return { near: nearest, far: farthest, strong: strongest };
}

/** What keeps each half of a word from borrowing of the other: halves are of 14 bits, sums of two of 15. */
const nearBias = 0x4000;
const farBias = 0x8000;

/** The differences of both halves of two words, added. */
function sumOfSteps(first: number, second: number, bias: number): number {
  const steps = (first + ((bias << 16) | bias) - second) | 0;
  return Math.abs((steps & 0xffff) - bias) + Math.abs((steps >>> 16) - bias);
}

function count(steps: Int32Array, width: number, votes: Float64Array, strong?: Float64Array): void {
  for (let x = 1; x < width; x++) {
    const here = steps[x];
    if (here < leastStep * unit) continue;
    const before = steps[x - 1];
    const after = steps[x + 1];
    if (here <= before || here < after) continue;
    const place = 2 * x + (before - after) / (before - 2 * here + after);
    const strength = here < mostStep * unit ? here / unit : mostStep;
    const index = Math.floor(place);
    const share = place - index;
    votes[index] += strength * (1 - share);
    votes[index + 1] += strength * share;
    if (strong !== undefined && here >= strongStep * unit) strong[Math.round(place)]++;
  }
}
