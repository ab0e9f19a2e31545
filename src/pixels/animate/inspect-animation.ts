import { formatHexColor } from "../hex-color.ts";
import type { Raster } from "../raster.ts";
import { visibleBox } from "../trim.ts";
import type { FrameTag } from "./animation.ts";

export type InspectOptions = {
  /** Runs that are judged as loops of their own; without any, all frames are one run. */
  readonly tags?: readonly FrameTag[];
  /** How often all frames are played where there are no tags; 0, for ever, unless given. */
  readonly plays?: number;
  /** How far lower edge and middle may move from one frame to the next; a third of what is seen, 3 at least, unless given. */
  readonly maxDriftPx?: number;
  /** How much more than a mean step the last frame of a loop may differ from its first; 2.5 unless given. */
  readonly maxClosure?: number;
};

/** Numbers of frames count from 1, as people do. */
export type AnimationReport = {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Different colours of the frame that the others are measured by. */
  readonly paletteColors: number;
  readonly strayColors: readonly {
    readonly frame: number;
    readonly colors: readonly string[];
    readonly pixels: number;
  }[];
  /** The largest movement between two frames that follow each other, in pixels; null where fewer than two show anything. */
  readonly drift: AnimationDrift | null;
  readonly loops: readonly AnimationLoop[];
  readonly faults: readonly AnimationFault[];
};

export type AnimationDrift = {
  readonly px: number;
  readonly of: "baseline" | "middle";
  readonly from: number;
  readonly to: number;
};

export type AnimationLoop = {
  /** Null where all frames are one run. */
  readonly tag: string | null;
  /** Share of the visible pixels that change in a step, where there is one. */
  readonly meanStep: number;
  /** The change from the last frame back to the first, in mean steps; null where nothing moves or it is played once. */
  readonly closure: number | null;
};

export type AnimationFault = {
  readonly check: "size" | "palette" | "drift" | "loop" | "motion";
  readonly message: string;
};

/**
 * Judges frames as a game would show them: one size, no colour that the first frame lacks, no jump of lower edge or
 * middle, and loops that close. An animation that begins with less than half of what its fullest frame shows, such as a
 * sprite that gathers from nothing, has its colours measured by that frame. Frames that show less than a tenth of the
 * fullest have no place that could drift.
 */
export function inspectAnimation(frames: readonly Raster[], options: InspectOptions = {}): AnimationReport {
  const [first] = frames;
  if (first === undefined)
    return {
      frames: 0,
      width: 0,
      height: 0,
      paletteColors: 0,
      strayColors: [],
      drift: null,
      loops: [],
      faults: [{ check: "motion", message: "there are 0 frames" }],
    };
  const unequal = frames.findIndex(({ width, height }) => width !== first.width || height !== first.height);
  const faults: AnimationFault[] = [];
  if (unequal >= 0) {
    const { width, height } = frames[unequal];
    faults.push({
      check: "size",
      message: `frame ${unequal + 1} is ${width} x ${height} px, the first ${first.width} x ${first.height} px`,
    });
  }
  const looks = frames.map(lookOf);
  const fullest = looks.reduce((best, look) => (look.pixels > best.pixels ? look : best));
  const reference = looks[0].pixels * 2 < fullest.pixels ? fullest : looks[0];
  const strayColors = looks.flatMap(({ colors }, index) => {
    const strays = [...colors].filter(([color]) => !reference.colors.has(color));
    if (strays.length === 0) return [];
    const pixels = strays.reduce((sum, [, count]) => sum + count, 0);
    return [{ frame: index + 1, colors: strays.map(([color]) => formatHexColor(color)), pixels }];
  });
  for (const { frame, colors, pixels } of strayColors)
    faults.push({
      check: "palette",
      message: `frame ${frame} has ${pixels} pixels in ${colors.length} colors that the first lacks: ${listed(colors)}`,
    });

  const runs = runsOf(frames.length, options);
  const drift = largestDrift(looks, fullest.pixels, runs);
  const longest = Math.max(...looks.map(({ width, height }) => Math.max(width, height)));
  const maxDriftPx = options.maxDriftPx ?? Math.max(3, Math.round(longest / 3));
  if (drift !== null && drift.px > maxDriftPx)
    faults.push({
      check: "drift",
      message:
        `its ${drift.of === "baseline" ? "lower edge" : "middle"} moves ${drift.px} px from frame ${drift.from} to ` +
        `frame ${drift.to}, more than ${maxDriftPx}`,
    });

  const loops = unequal >= 0 ? [] : runs.map((run) => loopOf(frames, run, fullest.pixels));
  const maxClosure = options.maxClosure ?? 2.5;
  for (const { tag, meanStep, closure } of loops) {
    const name = tag === null ? "" : `${JSON.stringify(tag)}: `;
    if (frames.length > 1 && meanStep === 0) faults.push({ check: "motion", message: `${name}all frames are alike` });
    if (closure !== null && closure > maxClosure)
      faults.push({
        check: "loop",
        message:
          `${name}the loop does not close: the last frame differs from the first by ${closure} times a mean step, ` +
          `more than ${maxClosure}`,
      });
  }
  return {
    frames: frames.length,
    width: first.width,
    height: first.height,
    paletteColors: reference.colors.size,
    strayColors,
    drift,
    loops,
    faults,
  };
}

/** What of a frame is compared with others. */
type Look = {
  /** How many pixels have each colour, 0xrrggbb. */
  readonly colors: ReadonlyMap<number, number>;
  readonly pixels: number;
  readonly width: number;
  readonly height: number;
  readonly baseline: number;
  readonly middleX: number;
  readonly middleY: number;
};

function lookOf(frame: Raster): Look {
  const { width, height, data } = frame;
  const colors = new Map<number, number>();
  let pixels = 0;
  let sumX = 0;
  let sumY = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if (data[at + 3] === 0) continue;
      const color = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      colors.set(color, (colors.get(color) ?? 0) + 1);
      pixels++;
      sumX += x;
      sumY += y;
    }
  const box = visibleBox(frame);
  return {
    colors,
    pixels,
    width: box?.width ?? 0,
    height: box?.height ?? 0,
    baseline: box === undefined ? 0 : box.y + box.height,
    middleX: sumX / Math.max(1, pixels),
    middleY: sumY / Math.max(1, pixels),
  };
}

type Run = { readonly tag: string | null; readonly from: number; readonly to: number; readonly isLoop: boolean };

function runsOf(frames: number, { tags = [], plays = 0 }: InspectOptions): Run[] {
  if (tags.length === 0) return [{ tag: null, from: 0, to: frames - 1, isLoop: plays !== 1 }];
  return tags.map(({ name, from, to, direction = "forward", plays = 0 }) => ({
    tag: name,
    from,
    to,
    // One that runs back and forth returns by the way it came.
    isLoop: plays !== 1 && !direction.startsWith("pingpong"),
  }));
}

function largestDrift(looks: readonly Look[], fullest: number, runs: readonly Run[]): AnimationDrift | null {
  let largest: AnimationDrift | null = null;
  const compare = (from: number, to: number) => {
    const [before, after] = [looks[from], looks[to]];
    if (Math.min(before.pixels, after.pixels) * 10 < fullest || before.pixels === 0) return;
    const baseline = Math.abs(after.baseline - before.baseline);
    const middle = rounded(Math.hypot(after.middleX - before.middleX, after.middleY - before.middleY));
    const px = Math.max(baseline, middle);
    if (largest === null || px > largest.px)
      largest = { px, of: baseline >= middle ? "baseline" : "middle", from: from + 1, to: to + 1 };
  };
  for (const { from, to, isLoop } of runs) {
    for (let frame = from + 1; frame <= to; frame++) compare(frame - 1, frame);
    if (isLoop && to > from) compare(to, from);
  }
  return largest;
}

/** A change of the silhouette that is smaller, as a share of the fullest frame, is no jump, however still the rest is. */
const smallChange = 0.15;

/**
 * The return is measured twice, in pixels that differ and in pixels that appear or vanish, and the worse one counts:
 * where a sprite moves as a whole nearly all pixels differ at every step, and only its silhouette shows that it is gone.
 */
function loopOf(frames: readonly Raster[], { tag, from, to, isLoop }: Run, fullest: number): AnimationLoop {
  const steps: Difference[] = [];
  for (let frame = from + 1; frame <= to; frame++) steps.push(difference(frames[frame - 1], frames[frame]));
  const meanStep = meanOf(steps.map(({ pixels }) => pixels));
  if (!isLoop || meanStep === 0) return { tag, meanStep: shareOf(meanStep, fullest), closure: null };
  const back = difference(frames[to], frames[from]);
  const meanOutline = meanOf(steps.map(({ silhouette }) => silhouette));
  const ofSilhouette = back.silhouette < fullest * smallChange ? 0 : back.silhouette / Math.max(1, meanOutline);
  return {
    tag,
    meanStep: shareOf(meanStep, fullest),
    closure: rounded(Math.max(back.pixels / meanStep, ofSilhouette)),
  };
}

/** Of the steps that change anything: frames that only hold the one before say nothing of how large a step is. */
function meanOf(steps: readonly number[]): number {
  const moving = steps.filter((step) => step > 0);
  return moving.length === 0 ? 0 : moving.reduce((sum, step) => sum + step, 0) / moving.length;
}

function shareOf(pixels: number, fullest: number): number {
  return Math.round((pixels / Math.max(1, fullest)) * 1000) / 1000;
}

type Difference = {
  /** Pixels that differ. */
  readonly pixels: number;
  /** Those of them that are visible in one frame only. */
  readonly silhouette: number;
};

/** The frames are of one size. */
function difference({ data: a }: Raster, { data: b }: Raster): Difference {
  let pixels = 0;
  let silhouette = 0;
  for (let at = 0; at < a.length; at += 4) {
    const [before, after] = [a[at + 3], b[at + 3]];
    if (before === 0 && after === 0) continue;
    if (before === 0 || after === 0) silhouette++;
    else if (before === after && a[at] === b[at] && a[at + 1] === b[at + 1] && a[at + 2] === b[at + 2]) continue;
    pixels++;
  }
  return { pixels, silhouette };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function listed(colors: readonly string[]): string {
  const shown = colors.slice(0, 4).join(", ");
  return colors.length > 4 ? `${shown} and ${colors.length - 4} more` : shown;
}
