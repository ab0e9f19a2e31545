import { PixelsError } from "../pixels-error.ts";
import { cloneRaster, type Raster } from "../raster.ts";
import { type AxisCandidate, axisCandidates } from "./axis-candidates.ts";
import type { Cells } from "./cells.ts";
import { confidenceBeside, confidenceOf } from "./confidence.ts";
import { type AxisProfile, edgeProfile, edgeProfiles } from "./edge-profiles.ts";
import { mayBeJpegs } from "./jpeg-blocks.ts";
import { middleSpans, sampleCells } from "./sample-cells.ts";
import { likeliestCells, type ScoredCells, scoreGrids } from "./score-grids.ts";
import { trackLines } from "./track-lines.ts";
import { type WholeBlocks, wholeBlocks } from "./whole-blocks.ts";

/** A grid that the picture may have. */
export type GridFinding = {
  /** Cells across and down: the native size. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture a cell. Uneven cells have this on average. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Where the first cell begins, in pixels from the picture's edge; negative when the edge cuts it. */
  readonly left: number;
  readonly top: number;
  /** How likely the native size is right, 0 to 1, as counted on pictures whose size was known (docs/benchmarks.md). */
  readonly confidence: number;
};

export type FoundGrid = GridFinding & {
  /** The picture has a pixel a cell already. */
  readonly isNative: boolean;
  /** The confidence is high enough to go on without asking; see `alternatives` otherwise. */
  readonly isSure: boolean;
  /** What it may be, the best guess first, whichever was picked. */
  readonly alternatives: readonly GridFinding[];
  /** The native picture; for one that is native already, its very pixels. */
  readonly sample: () => Raster;
};

export type RecoveredGrid = Omit<FoundGrid, "sample"> & {
  /** The native picture; for one that is native already, its very pixels. */
  readonly raster: Raster;
};

export type RecoverGridOptions = {
  /** The native size when it is known: width and height, or the width alone for cells that are square. */
  readonly size?: number | { readonly width: number; readonly height: number };
  /** Which of the alternatives to take, from 1, the best guess. */
  readonly pick?: number;
};

/** From this confidence on a finding is called sure. */
const sureFrom = 0.9;
const mostAlternatives = 5;

/**
 * Finds the pixels that a picture of pixel art was made of, whatever enlarged, shifted, blurred, bent or compressed it,
 * and gives them one by one. Art that is native already comes back as it is.
 *
 * Steps between neighbouring pixels, counted over all rows, are strong at the borders of cells, or second differences in
 * their middles, where a linear kernel has its knots; either is periodic, so the Fourier transform of the profiles
 * proposes pitches (A. C. Gallagher, "Detection of linear and cubic interpolation in JPEG compressed images", 2005, finds
 * the factor of an enlargement so), and dynamic programming proposes counts of uneven cells. A small fitted network
 * weighs the evidence for each, and what its probabilities are worth was counted on other pictures.
 *
 * Pure and deterministic. Throws PixelsError for a size or a pick that the picture does not have.
 */
export function recoverGrid(raster: Raster, options: RecoverGridOptions = {}): RecoveredGrid {
  const { sample, ...found } = findGrid(raster, options);
  return { ...found, raster: sample() };
}

/** What one axis of a picture says of its grid. Plain data, so that each axis can be read in a thread of its own. */
export type AxisReading = {
  readonly profile: AxisProfile;
  readonly blocks: WholeBlocks | undefined;
  readonly likeliest: readonly ScoredCells[];
};

export type AxisReadings = { readonly x: AxisReading; readonly y: AxisReading };

/** By far most of the work of `findGrid`, for one axis. */
export function readAxis(axis: "x" | "y", raster: Raster): AxisReading {
  return readingOf(edgeProfile(axis, raster));
}

function readAxes(raster: Raster): AxisReadings {
  const { x, y } = edgeProfiles(raster);
  return { x: readingOf(x), y: readingOf(y) };
}

function readingOf(profile: AxisProfile): AxisReading {
  const blocks = wholeBlocks(profile);
  return { profile, blocks, likeliest: likeliestCells(axisCandidates(profile), blocks) };
}

/**
 * The grid of `recoverGrid`, for whoever takes the native picture only if it is sure, or has read the axes by `readAxis`
 * already.
 */
export function findGrid(
  raster: Raster,
  options: RecoverGridOptions = {},
  readings: AxisReadings = readAxes(raster),
): FoundGrid {
  const found = findGrids(readings);
  const alternatives = found.slice(0, mostAlternatives).map(({ finding }) => finding);
  const chosen = options.size === undefined ? picked(found, options.pick ?? 1) : sized(raster, found, options);
  const { finding, x, y } = chosen;
  const isNative = finding.width === raster.width && finding.height === raster.height;
  return {
    ...finding,
    isNative,
    isSure: finding.confidence >= sureFrom,
    alternatives,
    sample: () => (isNative ? cloneRaster(raster) : sampled(raster, readings, x, y)),
  };
}

/** The candidates of each axis with their evidence, which the weights are fitted on. */
export function gridEvidence(raster: Raster): {
  readonly x: AxisCandidate[];
  readonly y: AxisCandidate[];
} {
  const { x, y } = edgeProfiles(raster);
  return { x: axisCandidates(x), y: axisCandidates(y) };
}

/** The best guess with the model's own probability, from which the steps of the confidence are counted. */
export function gridGuess(raster: Raster): {
  readonly width: number;
  readonly height: number;
  readonly probability: number;
} {
  const [{ x, y, probability }] = gridsBySize(readAxes(raster));
  return { width: x.count, height: y.count, probability };
}

type Found = { readonly finding: GridFinding; readonly x: Cells; readonly y: Cells };

type Sized = { readonly x: Cells; readonly y: Cells; readonly probability: number };

/** One for each native size, the best guess first. */
function gridsBySize({ x, y }: AxisReadings): Sized[] {
  const bySize = new Map<string, { x: Cells; y: Cells; probability: number }>();
  const blocks = { x: x.blocks, y: y.blocks };
  for (const grid of scoreGrids(x.likeliest, y.likeliest, blocks)) {
    const key = `${grid.x.count} ${grid.y.count}`;
    const same = bySize.get(key);
    // The first of a size is its likeliest; the others differ in where the cells begin.
    if (same === undefined) bySize.set(key, { ...grid });
    else same.probability += grid.probability;
  }
  const grids = [...bySize.values()].toSorted((a, b) => weightOf(b) - weightOf(a));
  const [best] = grids;
  const areExact = blocks.x !== undefined && blocks.y !== undefined;
  const mayBeBlocks = !areExact && mayBeJpegs(best.x, x.profile) && mayBeJpegs(best.y, y.profile);
  if (mayBeBlocks || (best.x.pitch === 1 && isSoft(x.profile) && isSoft(y.profile)))
    best.probability = Math.min(best.probability, mostInDoubt);
  return grids;
}

/** What is believed at most in cells that JPEG alone may have made, and in soft pictures being native: too little to be sure. */
const mostInDoubt = 0.9;

/** Between pixels of native art steps are greater on average. The faintest of 5,000 sprites has 10. */
const softStep = 8;

function isSoft({ meanStep }: AxisProfile): boolean {
  return meanStep > 0 && meanStep < softStep;
}

function findGrids(readings: AxisReadings): Found[] {
  const grids = gridsBySize(readings);
  const best = confidenceOf(grids[0].probability);
  return grids.map(({ x, y, probability }, rank) => ({
    x,
    y,
    finding: findingOf(x, y, rank === 0 ? best : confidenceBeside(best, probability)),
  }));
}

/**
 * Native art that is shrunk is lost, and an enlargement that is left alone is not: of two alike, native is the guess to
 * prefer.
 */
const nativeWeight = 4;

function weightOf({ x, probability }: { readonly x: Cells; readonly probability: number }): number {
  return x.pitch === 1 ? nativeWeight * probability : probability;
}

function findingOf(x: Cells, y: Cells, confidence: number): GridFinding {
  return {
    width: x.count,
    height: y.count,
    cellWidth: x.pitch,
    cellHeight: y.pitch,
    left: x.start,
    top: y.start,
    confidence,
  };
}

function picked(found: readonly Found[], pick: number): Found {
  const most = Math.min(mostAlternatives, found.length);
  if (Number.isInteger(pick) && pick >= 1 && pick <= most) return found[pick - 1];
  throw new PixelsError(`Cannot pick grid ${pick}: this picture has ${most}; give a whole number from 1 to ${most}`, {
    code: "invalid-argument",
    argument: "pick",
    value: pick,
  });
}

/** The likeliest of the wanted size, or cells that fill the picture. */
function sized({ width, height }: Raster, found: readonly Found[], { size }: RecoverGridOptions): Found {
  const wanted =
    typeof size === "number" ? { width: size, height: Math.max(1, Math.round((height * size) / width)) } : size;
  const isWithin = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  if (wanted === undefined || !isWithin(wanted.width, width) || !isWithin(wanted.height, height)) {
    const text = typeof size === "number" ? size : `${size?.width} x ${size?.height}`;
    throw new PixelsError(
      `Cannot recover ${text} cells from a picture of ${width} x ${height}: give whole numbers from 1 up to its size`,
      { code: "invalid-argument", argument: "size", value: size },
    );
  }
  const known = found.find(({ finding }) => finding.width === wanted.width && finding.height === wanted.height);
  if (known !== undefined) return known;
  const x = { count: wanted.width, pitch: width / wanted.width, start: 0 };
  const y = { count: wanted.height, pitch: height / wanted.height, start: 0 };
  return { x, y, finding: findingOf(x, y, 0) };
}

function sampled(raster: Raster, readings: AxisReadings, x: Cells, y: Cells): Raster {
  return sampleCells(
    raster,
    middleSpans(x, raster.width, linesOf(readings.x.profile, x)),
    middleSpans(y, raster.height, linesOf(readings.y.profile, y)),
  );
}

/** Where the cells begin when following the strongest steps leads elsewhere than even cells would. */
function linesOf({ votes, length }: AxisProfile, cells: Cells): Int32Array | undefined {
  if (cells.pitch < 4) return undefined;
  const profile = Float64Array.from(votes, Math.sqrt);
  const mean = profile.reduce((sum, value) => sum + value, 0) / length;
  const { lines } = trackLines(profile, mean, cells);
  const isEven = lines.every((line, index) => Math.abs(line - (cells.start + index * cells.pitch)) <= 1);
  return isEven ? undefined : lines;
}
