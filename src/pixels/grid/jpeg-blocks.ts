import type { Cells } from "./cells.ts";
import type { AxisProfile } from "./edge-profiles.ts";

/** JPEG rounds blocks of 8 x 8 pixels each by itself, from the picture's corner on, so that they look like cells. */
export const jpegBlock = 8;

/** How much stronger steps are between JPEG's blocks than inside them, as a logarithm of medians. */
export function blockinessOf(steps: Float64Array): number {
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  const between: number[] = [];
  const inside: number[] = [];
  let sum = 0;
  for (let at = 1; at < steps.length; at++) {
    (at % jpegBlock === 0 ? between : inside).push(steps[at]);
    sum += steps[at];
  }
  const least = (0.05 * sum) / steps.length + 1e-9;
  return Math.max(-2, Math.min(2, Math.log((median(between) + least) / (median(inside) + least))));
}

/** Whether cells lie as blocks of `size` pixels from the picture's corner on would, stretched by less than one of them. */
export function areBlocksOf(size: number, { pitch, start, count }: Cells): boolean {
  const phase = Math.abs(start / size - Math.round(start / size)) * size;
  return Math.abs(pitch - size) * count < size && phase < 1;
}

/** Fewer strong votes than these prove nothing. */
const fewestStrong = 20;

/**
 * Whether nothing but JPEG need have made these cells: they lie as its blocks do, or as halves or pairs of them; steps
 * between blocks stand out from those a pixel beside; and where edges are steeper than JPEG's rounding makes them, they
 * lie on the lines, give or take a pixel, no more often than half-way from chance to always.
 */
export function mayBeJpegs(cells: Cells, { steps, soft: { strong } }: AxisProfile): boolean {
  const isNear = (size: number) => Math.abs(cells.pitch / size - 1) < 0.04 && areBlocksOf(size, cells);
  if (![jpegBlock / 2, jpegBlock, jpegBlock * 2].some(isNear) || !areStepsLone(steps)) return false;
  let [on, all] = [0, 0];
  for (let at = 1; at < strong.length; at++) {
    const line = cells.start + Math.round((at - cells.start) / cells.pitch) * cells.pitch;
    if (Math.abs(at - line) <= 1) on += strong[at];
    all += strong[at];
  }
  return all < fewestStrong || on / all < (1 + 3 / cells.pitch) / 2;
}

/** From this share more than beside them steps between blocks stand out. */
const loneShare = 0.06;

function areStepsLone(steps: Float64Array): boolean {
  const ratios: number[] = [];
  for (let at = jpegBlock; at + 1 < steps.length; at += jpegBlock) {
    const beside = (steps[at - 1] + steps[at + 1]) / 2;
    if (steps[at] + beside > 0) ratios.push(steps[at] / Math.max(1e-9, beside));
  }
  return (ratios.toSorted((a, b) => a - b)[ratios.length >> 1] ?? 0) > 1 + loneShare;
}
