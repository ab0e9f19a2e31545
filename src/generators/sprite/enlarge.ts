import { createRaster, type Raster } from "#pixels";
import { planesFromRaster } from "./planes.ts";

/** Half-width in source pixels of the square around its own source that a pixel may take its colour from. */
const reach = 2;
const side = 2 * reach + 1;
const candidates = side * side;

/**
 * Scores the candidate colours of every pixel of the doubled picture. `coarse` is the source as planes [4, h, w], `fine`
 * [5, 2h, 2w] the pixels decided so far as planes and a plane of 1, zeros where undecided. Answers [25, 2h, 2w], in rows
 * of the 5 x 5 square from its top left.
 */
export type PredictColors = (
  coarse: Float32Array,
  fine: Float32Array,
  width: number,
  height: number,
) => Promise<Float32Array>;

export type EnlargeOptions = {
  /** Rounds of deciding; the surest pixels come first. */
  readonly steps: number;
  /** The picture goes on beyond its edges on the other side. */
  readonly wraps: boolean;
  /** Runs after each round with the picture so far (undecided pixels as their source) and may throw to end it. */
  readonly onStep?: ((step: number, preview: Raster) => void) | undefined;
};

/** Source pixels that a wrapped picture is continued by on each side: further than the network sees clearly. */
const wrapMargin = 8;

/**
 * Draws a square picture at twice its size; alpha must be 0 or 255. Every pixel takes one of the colours of the 5 x 5 source
 * pixels around it, so the palette stays as it is and edges stay hard. All pixels at once would not fit together, since
 * nothing in the source says on which half of its pixel a line runs: a few are decided first, and the network sees them
 * when it judges the next (masked generation as in Chang et al., "MaskGIT", 2022). After round s of S a share of
 * 1 - cos(pi / 2 * s / S) is decided.
 */
export async function enlarge(source: Raster, predict: PredictColors, options: EnlargeOptions): Promise<Raster> {
  const { steps, wraps, onStep } = options;
  const margin = wraps ? wrapMargin : 0;
  const shown = margin === 0 ? source : continueAround(source, margin);
  const coarse = planesFromRaster(shown, 1);
  const width = 2 * source.width;
  const height = 2 * source.height;
  const shownWidth = 2 * shown.width;
  const shownHeight = 2 * shown.height;
  const shownPixels = shownWidth * shownHeight;
  const colors = new Uint32Array(
    source.data.buffer.slice(source.data.byteOffset, source.data.byteOffset + source.data.byteLength),
  );
  const result = createRaster(width, height);
  const drawn = new Uint32Array(result.data.buffer);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) drawn[y * width + x] = colors[(y >> 1) * source.width + (x >> 1)];

  const fine = new Float32Array(5 * shownPixels);
  const undecided = Array.from({ length: width * height }, (_, pixel) => pixel);
  const choice = new Uint32Array(width * height);
  const certainty = new Float64Array(width * height);
  const chances = new Float64Array(candidates);
  const around = new Uint32Array(candidates);
  for (let step = 1; step <= steps; step++) {
    const scores = await predict(coarse, fine, shown.width, shown.height);
    for (const pixel of undecided) {
      const x = pixel % width;
      const y = (pixel - x) / width;
      lookAround(source, colors, x >> 1, y >> 1, wraps, around);
      const at = (y + 2 * margin) * shownWidth + x + 2 * margin;
      let most = Number.NEGATIVE_INFINITY;
      for (let index = 0; index < candidates; index++) most = Math.max(most, scores[index * shownPixels + at]);
      let sum = 0;
      for (let index = 0; index < candidates; index++)
        sum += chances[index] = Math.exp(scores[index * shownPixels + at] - most);
      const best = likeliestColor(around, chances);
      choice[pixel] = around[best];
      certainty[pixel] = chances[best] / sum;
    }
    const left =
      step === steps ? 0 : width * height - Math.round(width * height * (1 - Math.cos((Math.PI / 2) * (step / steps))));
    // Equal certainty goes by place, so that the order never depends on how sorting works.
    undecided.sort((one, other) => certainty[other] - certainty[one] || one - other);
    const decided = undecided.splice(0, undecided.length - left);
    for (const pixel of decided) {
      drawn[pixel] = choice[pixel];
      reveal(fine, result, pixel, { margin: 2 * margin, shownWidth, shownHeight });
    }
    onStep?.(step, result);
  }
  return result;
}

/** The colours of the square around a source pixel; beyond the edge, those of the edge or of the other side. */
function lookAround(
  source: Raster,
  colors: Uint32Array,
  x: number,
  y: number,
  wraps: boolean,
  target: Uint32Array,
): void {
  const { width, height } = source;
  for (let row = -reach, index = 0; row <= reach; row++)
    for (let column = -reach; column <= reach; column++, index++) {
      const from = wraps
        ? ((y + row + height) % height) * width + ((x + column + width) % width)
        : Math.min(height - 1, Math.max(0, y + row)) * width + Math.min(width - 1, Math.max(0, x + column));
      target[index] = colors[from];
    }
}

/** The place of the colour whose candidates have most chances together; these are added up at its first place. */
function likeliestColor(around: Uint32Array, chances: Float64Array): number {
  let best = 0;
  for (let index = 0; index < candidates; index++) {
    const first = around.indexOf(around[index]);
    if (first !== index) chances[first] += chances[index];
  }
  for (let index = 1; index < candidates; index++)
    if (around.indexOf(around[index]) === index && chances[index] > chances[best]) best = index;
  return best;
}

type Frame = { readonly margin: number; readonly shownWidth: number; readonly shownHeight: number };

/** Tells the network a pixel that has been decided, and in a wrapped picture its repetitions in the margin. */
function reveal(fine: Float32Array, { width, height, data }: Raster, pixel: number, frame: Frame): void {
  const { margin, shownWidth, shownHeight } = frame;
  const plane = shownWidth * shownHeight;
  const opaque = data[pixel * 4 + 3] >= 128 ? 1 : 0;
  const left = (pixel % width) + margin;
  const top = Math.floor(pixel / width) + margin;
  for (let y = top % height; y < shownHeight; y += height)
    for (let x = left % width; x < shownWidth; x += width) {
      if (margin === 0 && (x !== left || y !== top)) continue;
      const at = y * shownWidth + x;
      for (let channel = 0; channel < 3; channel++)
        fine[channel * plane + at] = opaque * ((data[pixel * 4 + channel] / 255) * 2 - 1);
      fine[3 * plane + at] = opaque * 2 - 1;
      fine[4 * plane + at] = 1;
    }
}

/** The picture with `margin` pixels more on each side, taken from the opposite side. */
function continueAround({ width, height, data }: Raster, margin: number): Raster {
  const wide = createRaster(width + 2 * margin, height + 2 * margin);
  for (let y = 0; y < wide.height; y++)
    for (let x = 0; x < wide.width; x++) {
      const from = (((y - margin + height * margin) % height) * width + ((x - margin + width * margin) % width)) * 4;
      wide.data.set(data.subarray(from, from + 4), (y * wide.width + x) * 4);
    }
  return wide;
}
