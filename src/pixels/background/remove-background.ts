import { parseHexColor } from "../hex-color.ts";
import { type Oklab, oklabOfRgb, squaredOklabDistance } from "../oklab.ts";
import { PixelsError } from "../pixels-error.ts";
import { cloneRaster, type Raster } from "../raster.ts";

export type RemoveBackgroundOptions = {
  /** "#rrggbb", or "auto": the colours of which the picture's border mostly is. */
  readonly color?: string | undefined;
  /** How far, in OKLab, a pixel may be from a colour of the background: 0.02 is just noticeable; 0.05 unless given. */
  readonly tolerance?: number | undefined;
  /** Areas of the background's colours that the subject encloses go too from this many pixels on; left out: none. */
  readonly holes?: number | undefined;
};

export const defaultBackgroundTolerance = 0.05;

/**
 * Colours that fewer of the border's pixels have belong to a subject that reaches the border, unless they are within
 * twice the tolerance of the background's others, as the ends of a gradient are.
 */
const leastShareOfBorder = 0.1;

/**
 * Makes the background transparent: from the border inwards, pixels that touch by a side and are near one of the
 * background's colours. Several colours, as of a gradient or a checked ground, are found by themselves. A picture whose
 * border is mostly transparent, or has none of the colour given, comes back as it is. Throws a PixelsError where
 * nothing would be left.
 */
export function removeBackground(raster: Raster, options: RemoveBackgroundOptions = {}): Raster {
  const { color = "auto", tolerance = defaultBackgroundTolerance, holes } = options;
  checkNumber("tolerance", tolerance, tolerance >= 0 && tolerance <= 1, "give a number from 0 to 1");
  if (holes !== undefined)
    checkNumber("holes", holes, Number.isInteger(holes) && holes >= 1, "give a whole number of pixels from 1");
  const border = borderIndices(raster);
  const ground = color === "auto" ? borderColors(raster, border, tolerance) : [oklabOfRgb(parseHexColor(color))];
  const isGround = groundMask(raster, ground, tolerance);

  const cleared = cloneRaster(raster);
  const clear = (indices: readonly number[]) => {
    for (const index of indices) cleared.data.fill(0, index * 4, index * 4 + 4);
  };
  for (const start of border) if (isGround[start] === 1) clear(takeArea(raster, isGround, start));
  if (holes !== undefined)
    for (let start = 0; start < isGround.length; start++) {
      const area = isGround[start] === 1 && raster.data[start * 4 + 3] > 0 ? takeArea(raster, isGround, start) : [];
      if (area.length >= holes) clear(area);
    }
  if (!hasVisible(cleared) && hasVisible(raster))
    throw new PixelsError(
      `Cannot remove the background with a tolerance of ${tolerance}: nothing would be left; give a smaller one, or the color`,
      { code: "nothing-visible" },
    );
  return cleared;
}

function checkNumber(argument: string, value: number, isFine: boolean, remedy: string): void {
  if (isFine) return;
  throw new PixelsError(`Cannot use ${argument} ${value}: ${remedy}`, { code: "invalid-argument", argument, value });
}

function borderIndices({ width, height }: Raster): readonly number[] {
  const indices: number[] = [];
  for (let x = 0; x < width; x++) indices.push(x, (height - 1) * width + x);
  for (let y = 1; y < height - 1; y++) indices.push(y * width, y * width + width - 1);
  return indices;
}

/**
 * Groups the border's colours: the commonest takes all within the tolerance, then the commonest of the rest, and so on,
 * for as long as a group has its share of the border.
 */
function borderColors({ data }: Raster, border: readonly number[], tolerance: number): readonly Oklab[] {
  const counts = new Map<number, number>();
  // Where most of the border is transparent the background is gone already, and what is left there is the subject.
  if (border.filter((index) => data[index * 4 + 3] === 0).length * 2 > border.length) return [];
  for (const index of border) {
    const at = index * 4;
    if (data[at + 3] === 0) continue;
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    counts.set(rgb, (counts.get(rgb) ?? 0) + 1);
  }
  let rest = Array.from(counts, ([rgb, count]) => ({ rgb, count, place: oklabOfRgb(rgb) })).toSorted(
    (a, b) => b.count - a.count || a.rgb - b.rgb,
  );
  const colors: Oklab[] = [];
  const few: Oklab[] = [];
  while (rest.length > 0) {
    const { place } = rest[0];
    const group = rest.filter((other) => isNear(other.place, place, tolerance));
    const pixels = group.reduce((sum, { count }) => sum + count, 0);
    (pixels >= border.length * leastShareOfBorder ? colors : few).push(place);
    rest = rest.filter((other) => !group.includes(other));
  }
  return [...colors, ...few.filter((place) => colors.some((color) => isNear(color, place, 2 * tolerance)))];
}

/** 1 for pixels that are near a colour of the ground, and for transparent ones, through which the outside reaches. */
function groundMask({ data }: Raster, ground: readonly Oklab[], tolerance: number): Uint8Array {
  const mask = new Uint8Array(data.length / 4);
  const known = new Map<number, 0 | 1>();
  for (let index = 0, at = 0; at < data.length; index++, at += 4) {
    if (data[at + 3] === 0) {
      mask[index] = 1;
      continue;
    }
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    let answer = known.get(rgb);
    if (answer === undefined) {
      const place = oklabOfRgb(rgb);
      answer = ground.some((color) => isNear(color, place, tolerance)) ? 1 : 0;
      known.set(rgb, answer);
    }
    mask[index] = answer;
  }
  return mask;
}

/** The area of ones in `mask` around `start` whose pixels touch by a side, which become 2. */
function takeArea({ width }: Raster, mask: Uint8Array, start: number): readonly number[] {
  const area = [start];
  mask[start] = 2;
  for (let next = 0; next < area.length; next++) {
    const index = area[next];
    const x = index % width;
    for (const neighbor of [
      x > 0 ? index - 1 : -1,
      x < width - 1 ? index + 1 : -1,
      index - width,
      index + width < mask.length ? index + width : -1,
    ]) {
      if (neighbor < 0 || mask[neighbor] !== 1) continue;
      mask[neighbor] = 2;
      area.push(neighbor);
    }
  }
  return area;
}

function isNear(first: Oklab, second: Oklab, tolerance: number): boolean {
  return squaredOklabDistance(first, second) <= tolerance * tolerance;
}

function hasVisible({ data }: Raster): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) return true;
  return false;
}
