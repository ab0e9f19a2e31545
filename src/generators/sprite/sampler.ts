import { fillNormal, uniformIntegers } from "./random.ts";

/**
 * A picture as the model sees it: four planes (red, green, blue, alpha) of canvas x canvas numbers in -1..1. Colours are
 * multiplied by coverage, so that a transparent pixel is (0, 0, 0, -1).
 */
export type Planes = Float32Array;

/**
 * Predicts the clean picture from a noised one. `time` runs from 1 (noise alone) to 0 (clean). A model that has learned
 * guidance answers with the guided picture at once; at guidance 1, and from other models, it is the plain one.
 */
export type Denoise = (image: Planes, time: number, text: "prompt" | "negative", guidance: number) => Promise<Planes>;

/** Changes a predicted clean picture in place into the nearest one that is allowed. */
export type Constraint = (clean: Planes) => void;

export type SamplingPlan = {
  readonly canvas: number;
  readonly seed: number;
  readonly steps: number;
  /** Classifier-free guidance scale; 1 asks for no second evaluation. */
  readonly guidance: number;
  /** The model itself answers for this guidance, in one evaluation a step instead of two. */
  readonly isGuidanceLearned: boolean;
  /** Guidance by two evaluations acts while low < time < high (Kynkäänniemi et al., 2024): outside it costs diversity and gains nothing. */
  readonly guidanceInterval: readonly [low: number, high: number];
  /** Starts from this picture, noised up to time `strength`, instead of from noise alone. */
  readonly source?: { readonly planes: Planes; readonly strength: number };
  /**
   * Shows the model the canvas shifted around its edges by another offset at each step, so that no edge stays an edge.
   * Offsets are even, which keeps art of half the size on its grid.
   */
  readonly wraps: boolean;
  readonly constraints: readonly Constraint[];
};

const channels = 4;
const initialNoise = 0;
const wrapOffsets = 1;

/**
 * Draws one picture by Euler steps of the rectified flow x(t) = (1 - t) clean + t noise, with even times:
 * x' = clean + (t' / t) (x - clean). Where a constraint holds a pixel at a known value, x stays on that pixel's own
 * path from its noise, which is what inpainting needs.
 *
 * `onStep` runs after each step with the clean picture as it is predicted so far, and may throw to end the sampling.
 */
export async function sample(
  plan: SamplingPlan,
  denoise: Denoise,
  onStep: (step: number, clean: Planes) => void,
): Promise<Planes> {
  const { canvas, seed, steps, source } = plan;
  const start = source?.strength ?? 1;
  const noised = new Float32Array(channels * canvas * canvas);
  fillNormal(noised, seed, initialNoise);
  if (source !== undefined)
    for (let index = 0; index < noised.length; index++)
      noised[index] = (1 - start) * source.planes[index] + start * noised[index];

  const nextOffset = uniformIntegers(seed, wrapOffsets);
  const evenOffset = () => 2 * (nextOffset() % (canvas / 2));
  for (let step = 0; step < steps; step++) {
    const time = start * (1 - step / steps);
    const nextTime = start * (1 - (step + 1) / steps);
    const right = plan.wraps ? evenOffset() : 0;
    const down = plan.wraps ? evenOffset() : 0;
    const shown = plan.wraps ? roll(noised, canvas, right, down) : noised;
    const predicted = await guided(plan, denoise, shown, time);
    const clean = plan.wraps ? roll(predicted, canvas, canvas - right, canvas - down) : predicted;
    for (const constrain of plan.constraints) constrain(clean);
    const ratio = nextTime / time;
    for (let index = 0; index < noised.length; index++)
      noised[index] = clean[index] + ratio * (noised[index] - clean[index]);
    onStep(step + 1, clean);
  }
  return noised;
}

async function guided(plan: SamplingPlan, denoise: Denoise, image: Planes, time: number): Promise<Planes> {
  if (plan.isGuidanceLearned) return denoise(image, time, "prompt", plan.guidance);
  const [low, high] = plan.guidanceInterval;
  const conditional = await denoise(image, time, "prompt", 1);
  if (plan.guidance === 1 || time <= low || time >= high) return conditional;
  const other = await denoise(image, time, "negative", 1);
  for (let index = 0; index < conditional.length; index++)
    conditional[index] = other[index] + plan.guidance * (conditional[index] - other[index]);
  return conditional;
}

/** A copy whose pixel (x, y) came from (x - right, y - down), around the edges. */
export function roll(planes: Planes, canvas: number, right: number, down: number): Planes {
  const rolled = new Float32Array(planes.length);
  for (let plane = 0; plane < channels; plane++)
    for (let y = 0; y < canvas; y++) {
      const from = (plane * canvas + y) * canvas;
      const to = (plane * canvas + ((y + down) % canvas)) * canvas;
      for (let x = 0; x < canvas; x++) rolled[to + ((x + right) % canvas)] = planes[from + x];
    }
  return rolled;
}

/** Every block of `side` x `side` pixels takes its mean: the picture is drawn at canvas / side pixels. */
export function holdBlocks(canvas: number, side: number): Constraint {
  return (clean) => {
    for (let plane = 0; plane < channels; plane++)
      for (let top = 0; top < canvas; top += side)
        for (let left = 0; left < canvas; left += side) {
          let sum = 0;
          for (let y = top; y < top + side; y++)
            for (let x = left; x < left + side; x++) sum += clean[(plane * canvas + y) * canvas + x];
          const mean = sum / (side * side);
          for (let y = top; y < top + side; y++)
            for (let x = left; x < left + side; x++) clean[(plane * canvas + y) * canvas + x] = mean;
        }
  };
}

/** No pixel is transparent. */
export function holdOpaque(canvas: number): Constraint {
  return (clean) => clean.fill(1, 3 * canvas * canvas);
}

/** The outermost ring of pixels is transparent, which lets the model see a free-standing figure. */
export function holdBorderClear(canvas: number, ring: number): Constraint {
  return (clean) => {
    for (let y = 0; y < canvas; y++)
      for (let x = 0; x < canvas; x++) {
        if (x >= ring && y >= ring && x < canvas - ring && y < canvas - ring) continue;
        for (let plane = 0; plane < channels; plane++) clean[(plane * canvas + y) * canvas + x] = plane === 3 ? -1 : 0;
      }
  };
}

/** Pixels that `redraw` does not mark (one number a pixel) keep their value in `source`. */
export function holdKnown(source: Planes, redraw: Uint8Array): Constraint {
  return (clean) => {
    const pixels = redraw.length;
    for (let pixel = 0; pixel < pixels; pixel++)
      if (redraw[pixel] === 0)
        for (let plane = 0; plane < channels; plane++) clean[plane * pixels + pixel] = source[plane * pixels + pixel];
  };
}
