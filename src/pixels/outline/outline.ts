import { formatHexColor, parseHexColor } from "../hex-color.ts";
import { type Oklab, oklabOfRgb, rgbOfOklab, squaredOklabDistance } from "../oklab.ts";
import { PixelsError } from "../pixels-error.ts";
import { cloneRaster, type Raster } from "../raster.ts";
import { crop, visibleBox } from "../trim.ts";

/** 4: neighbours by a side; 8: by a corner too. */
export type Neighbors = 4 | 8;

export type AddOutlineOptions = {
  /** "#rrggbb", or "darkened": each pixel a dark shade of the subject beside it. */
  readonly color: string;
  /** Which neighbours of the subject become outline; 4, which gives thin corners, unless given. */
  readonly neighbors?: Neighbors | undefined;
  /** Makes room on sides that the subject touches, instead of leaving the outline open there. */
  readonly grow?: boolean | undefined;
};

/** How much of lightness and chroma a darkened outline keeps. */
const darkenedShare = 0.45;

/** Draws an outline of one pixel around all that is visible, on pixels that were fully transparent. */
export function addOutline(raster: Raster, { color, neighbors = 4, grow = false }: AddOutlineOptions): Raster {
  const around = neighborOffsets(neighbors);
  const source = grow ? withRoom(raster) : raster;
  const { width, height, data } = source;
  const fixed = color === "darkened" ? undefined : parseHexColor(color);
  const outlined = cloneRaster(source);
  const darkened = new Map<number, number>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if (data[at + 3] !== 0) continue;
      const subject = darkestBeside(source, x, y, around);
      if (subject < 0) continue;
      let rgb = fixed ?? darkened.get(subject);
      if (rgb === undefined) {
        rgb = darken(subject);
        darkened.set(subject, rgb);
      }
      outlined.data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255], at);
    }
  return outlined;
}

export type RemoveOutlineOptions = {
  /** "#rrggbb"; "auto": the commonest colour of the edge; "any": whatever the edge is made of. */
  readonly color?: string | undefined;
  /** How far, in OKLab, a pixel may be from that colour; 0.1 unless given: dark shades lie far apart. */
  readonly tolerance?: number | undefined;
  /** Which neighbours outside make a pixel part of the edge; 8 unless given. */
  readonly neighbors?: Neighbors | undefined;
};

/**
 * Takes one layer of outline away: visible pixels of its colour that touch transparency or the picture's end become
 * transparent. Throws a PixelsError for a picture without transparency, unless the colour is given.
 */
export function removeOutline(raster: Raster, options: RemoveOutlineOptions = {}): Raster {
  const { color = "auto", tolerance = 0.1, neighbors = 8 } = options;
  if (!(tolerance >= 0 && tolerance <= 1))
    throw new PixelsError(`Cannot use tolerance ${tolerance}: give a number from 0 to 1`, {
      code: "invalid-argument",
      argument: "tolerance",
      value: tolerance,
    });
  const isFixed = color !== "auto" && color !== "any";
  if (!isFixed && !hasTransparency(raster))
    throw new PixelsError(
      "Cannot remove the outline: nothing around it is transparent; remove the background first, or give the color",
      { code: "invalid-argument", argument: "color", value: color },
    );
  const edge = edgePixels(raster, neighborOffsets(neighbors));
  const wanted =
    color === "any" ? undefined : oklabOfRgb(parseHexColor(color === "auto" ? edgeColor(raster, edge) : color));
  const cleared = cloneRaster(raster);
  for (const index of edge) {
    if (wanted !== undefined && !isNear(colorAt(raster, index), wanted, tolerance)) continue;
    cleared.data.fill(0, index * 4, index * 4 + 4);
  }
  return cleared;
}

/** The commonest colour of the pixels that touch transparency, "#rrggbb"; of equally common ones the darkest. */
export function outlineColor(raster: Raster, neighbors: Neighbors = 8): string {
  return edgeColor(raster, edgePixels(raster, neighborOffsets(neighbors)));
}

function edgeColor(raster: Raster, edge: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const index of edge) {
    const rgb = colorAt(raster, index);
    counts.set(rgb, (counts.get(rgb) ?? 0) + 1);
  }
  const [commonest] = [...counts].toSorted(
    ([a, first], [b, second]) => second - first || oklabOfRgb(a)[0] - oklabOfRgb(b)[0] || a - b,
  );
  return formatHexColor(commonest?.[0] ?? 0);
}

function edgePixels(
  { width, height, data }: Raster,
  around: readonly (readonly [number, number])[],
): readonly number[] {
  const isClear = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height || data[(y * width + x) * 4 + 3] === 0;
  const edge: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (!isClear(x, y) && around.some(([dx, dy]) => isClear(x + dx, y + dy))) edge.push(y * width + x);
  return edge;
}

function hasTransparency({ data }: Raster): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] === 0) return true;
  return false;
}

/** One more row or column on each side that something visible touches. */
function withRoom(raster: Raster): Raster {
  const box = visibleBox(raster);
  if (box === undefined) return raster;
  const left = box.x === 0 ? 1 : 0;
  const top = box.y === 0 ? 1 : 0;
  const right = box.x + box.width === raster.width ? 1 : 0;
  const bottom = box.y + box.height === raster.height ? 1 : 0;
  return crop(raster, {
    x: -left,
    y: -top,
    width: raster.width + left + right,
    height: raster.height + top + bottom,
  });
}

const sides = [
  [0, -1],
  [-1, 0],
  [1, 0],
  [0, 1],
] as const;
const corners = [
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
] as const;

function neighborOffsets(neighbors: Neighbors): readonly (readonly [number, number])[] {
  if (neighbors === 4) return sides;
  if (neighbors === 8) return [...sides, ...corners];
  throw new PixelsError(`Cannot outline by ${String(neighbors)} neighbors: give 4 or 8`, {
    code: "invalid-argument",
    argument: "neighbors",
    value: neighbors,
  });
}

/** 0xrrggbb of the darkest visible neighbour, -1 where there is none. */
function darkestBeside(
  { width, height, data }: Raster,
  x: number,
  y: number,
  around: readonly (readonly [number, number])[],
): number {
  let darkest = -1;
  for (const [dx, dy] of around) {
    if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
    const at = ((y + dy) * width + x + dx) * 4;
    if (data[at + 3] === 0) continue;
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    if (darkest < 0 || oklabOfRgb(rgb)[0] < oklabOfRgb(darkest)[0]) darkest = rgb;
  }
  return darkest;
}

function darken(rgb: number): number {
  return rgbOfOklab(oklabOfRgb(rgb).map((value) => value * darkenedShare) as unknown as Oklab);
}

function colorAt({ data }: Raster, index: number): number {
  return (data[index * 4] << 16) | (data[index * 4 + 1] << 8) | data[index * 4 + 2];
}

function isNear(rgb: number, place: Oklab, tolerance: number): boolean {
  return squaredOklabDistance(oklabOfRgb(rgb), place) <= tolerance * tolerance;
}
