import type { Raster } from "../raster.ts";
import { beyond, clear, lightnessOf, lookFrom, type TurnedPicture, turnedPicture, turns } from "./turned-picture.ts";

/**
 * Thins stairs of lines: where a line of one pixel goes around a corner and on in the old direction, the corner pixel
 * only doubles what touches by its corners already, and takes the colour of the side that it bulges to. Corners that are
 * meant, of boxes and letters, do not go on and stay. A line is what stands out in lightness from both its sides; one of
 * which half the steps or more are doubled is drawn in that way, and left alone. Corners whose side is of one visible
 * colour come first, so that an outline is thinned from within and the silhouette stays.
 */
export function removeDoubles(raster: Raster): Raster {
  const picture = turnedPicture(raster);
  const doubles = findDoubles(picture);
  const clean = countCleanSteps(picture);
  const rare = doubles.filter(({ color }) => {
    const doubled = doubles.reduce((sum, other) => sum + (other.color === color ? 1 : 0), 0);
    // Of a doubled step either of two corners may go.
    return doubled / 2 < (clean.get(color) ?? 0);
  });
  for (const isFill of [(word: number) => word !== clear, (word: number) => word === clear])
    for (const { x, y, color } of rare) {
      // An earlier one may have opened this corner already: both ends of a step must not go.
      const side = picture.get(x, y) === color ? sideOfDouble(picture, x, y) : undefined;
      if (side !== undefined && isFill(side)) picture.set(x, y, side);
    }
  return picture.toRaster();
}

/** Arms longer than this are sides of something, not steps. */
const longestArm = 4;

/** From this difference of OKLab lightness on a line stands out from what lies beside it. */
const leastContrast = 0.12;

type Look = (toRight: number, toDown: number) => number;
type Double = { readonly x: number; readonly y: number; readonly color: number };

function findDoubles(picture: TurnedPicture): readonly Double[] {
  const doubles: Double[] = [];
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++)
      if (sideOfDouble(picture, x, y) !== undefined) doubles.push({ x, y, color: picture.get(x, y) });
  return doubles;
}

/** How often pixels of a colour touch by a corner alone. */
function countCleanSteps({ width, height, get }: TurnedPicture): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let y = 0; y < height - 1; y++)
    for (let x = 0; x < width; x++)
      for (const dx of [-1, 1]) {
        const color = get(x, y);
        if (color === clear || get(x + dx, y + 1) !== color) continue;
        if (get(x + dx, y) !== color && get(x, y + 1) !== color) counts.set(color, (counts.get(color) ?? 0) + 1);
      }
  return counts;
}

/** What a doubling pixel would become; undefined when it is none. */
function sideOfDouble(picture: TurnedPicture, x: number, y: number): number | undefined {
  const color = picture.get(x, y);
  if (color === clear) return undefined;
  for (const view of turns) {
    const look = lookFrom(picture, x, y, view);
    const side = look(-1, 0);
    if (side === beyond || side !== look(0, -1) || !isDouble(look, color)) continue;
    if (standsOut(color, side) && standsOut(color, look(1, 1))) return side;
  }
  return undefined;
}

/** Whether this pixel is the corner of a line that comes from below, goes on to the right, and is a stair on both ends. */
function isDouble(look: Look, color: number): boolean {
  if (look(1, 0) !== color || look(0, 1) !== color) return false;
  if (look(-1, 0) === color || look(0, -1) === color || look(1, 1) === color || look(-1, -1) === color) return false;
  return goesOn(look, color) && goesOn((toRight, toDown) => look(toDown, toRight), color);
}

/** Follows the arm to the right: a line of one pixel that ends in a step upwards. */
function goesOn(look: Look, color: number): boolean {
  for (let arm = 1; arm <= longestArm; arm++) {
    if (look(arm, 0) !== color || look(arm, 1) === color) return false;
    if (look(arm, -1) === color) return look(arm + 1, 0) !== color;
    if (look(arm + 1, -1) === color && look(arm + 1, 0) !== color) return true;
  }
  return false;
}

function standsOut(color: number, side: number): boolean {
  return side === clear || side === beyond || Math.abs(lightnessOf(color) - lightnessOf(side)) >= leastContrast;
}
