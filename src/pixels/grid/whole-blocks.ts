import type { Cells } from "./cells.ts";
import type { AxisProfile } from "./edge-profiles.ts";

/** Blocks that cover all changes of an axis exactly, and how many changes bear it out. */
export type WholeBlocks = { readonly size: number; readonly offset: number };

/** Of fewer changes it may be chance that they are multiples of something. */
const fewestChanges = 4;

/**
 * The largest whole number that divides every distance between two changes along an axis: an enlargement by nearest
 * neighbour leaves no other trace, and nothing else leaves this one. Undefined where it is 1 or the changes are few.
 */
export function wholeBlocks({ changes }: AxisProfile): WholeBlocks | undefined {
  let [size, last, count] = [0, -1, 0];
  for (let at = 1; at < changes.length; at++) {
    if (changes[at] === 0) continue;
    if (last >= 0) size = commonDivisor(size, at - last);
    last = at;
    count++;
    if (size === 1) return undefined;
  }
  return count < fewestChanges ? undefined : { size, offset: last % size };
}

/** Cells of these blocks, or of a whole part of their size. */
export function cellsOfBlocks({ offset }: WholeBlocks, size: number, length: number): Cells {
  const first = offset % size;
  // A block that the picture's edge cuts counts when its middle is in the picture.
  const start = first * 2 >= size ? first - size : first;
  return { pitch: size, start, count: Math.ceil((length - start) / size - 0.5) };
}

/** Exact blocks and every whole part of their size, from 2 pixels on. */
export function blockCells(axis: AxisProfile): Cells[] {
  const blocks = wholeBlocks(axis);
  if (blocks === undefined) return [];
  const sizes = Array.from({ length: blocks.size - 1 }, (_, index) => index + 2);
  return sizes.filter((size) => blocks.size % size === 0).map((size) => cellsOfBlocks(blocks, size, axis.length));
}

export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
