import { oklabOfRgb } from "../oklab.ts";
import { PixelsError } from "../pixels-error.ts";
import type { Raster } from "../raster.ts";
import { type Box, visibleBox } from "../trim.ts";

/** What an animation moves of a sprite. All places are columns and rows of the picture; ends are exclusive. */
export type SpriteParts = {
  /** Around all of the sprite but its shadow. */
  readonly box: Box;
  /** The column in which its weight lies. */
  readonly axis: number;
  /** The first row of the trunk, below the head: the narrowest place of the upper half. */
  readonly neck: number;
  /** The first row of the legs; where there are none, a little above the ground. */
  readonly hip: number;
  /** Undefined where the lower edge does not part in two. */
  readonly legs: Legs | undefined;
  /** What is held away from the body, such as a sword or a staff. */
  readonly item: HeldItem | undefined;
  /** A flat dark patch of its own under the sprite: 1 for its pixels. It stays on the ground. */
  readonly shadow: Uint8Array | undefined;
};

export type Legs = {
  /** The columns of the left one end where those of the right one begin. */
  readonly left: number;
  readonly middle: number;
  readonly right: number;
};

export type HeldItem = {
  /** 1 for its pixels, the line around it included. */
  readonly mask: Uint8Array;
  /** 1 for those of its pixels that the body does not share. */
  readonly cut: Uint8Array;
  /** -1 to the left of the body, 1 to the right. */
  readonly side: -1 | 1;
  /** Where it is held. */
  readonly x: number;
  readonly y: number;
};

/**
 * Finds the parts of a sprite by its silhouette: a shadow is an island, legs are where the lowest rows part, the neck is
 * where the upper half is narrowest, and a held item is a tall thin area at one side that dark lines or the ground
 * set off from the body. Throws a PixelsError for a picture without a visible pixel.
 */
export function findParts(raster: Raster): SpriteParts {
  const { width, height, data } = raster;
  const mask = new Uint8Array(width * height);
  for (let pixel = 0; pixel < mask.length; pixel++) mask[pixel] = data[pixel * 4 + 3] === 0 ? 0 : 1;
  const shadow = shadowOf(raster, mask);
  if (shadow !== undefined) for (let pixel = 0; pixel < mask.length; pixel++) if (shadow[pixel]) mask[pixel] = 0;
  const box = boxOf(mask, width, height);
  if (box === undefined)
    throw new PixelsError("Cannot animate the picture: all of it is transparent; give one with a visible pixel", {
      code: "nothing-visible",
    });
  // What fills its box, such as a block of stone, holds nothing.
  const isFilled = mask.reduce((sum, value) => sum + value, 0) > box.width * box.height * 0.92;
  const held = isFilled ? undefined : (itemOf(raster, mask, box) ?? rodOf(mask, width, box));
  const item = held && withLooseEnds(held, mask, width);
  const body = item === undefined ? mask : mask.map((value, pixel) => (item.cut[pixel] ? 0 : value));
  const bodyBox = boxOf(body, width, height) ?? box;
  const axis = axisOf(body, width, bodyBox);
  const bottom = bodyBox.y + bodyBox.height;
  const found = legsOf(raster, body, bodyBox, axis);
  const shortestLeg = Math.max(1, Math.round(bodyBox.height * 0.18));
  const hip = Math.max(bodyBox.y, Math.min(found?.top ?? bottom, bottom - shortestLeg));
  return { box, axis, neck: neckOf(body, width, bodyBox, hip), hip, legs: found?.legs, item, shadow };
}

function boxOf(mask: Uint8Array, width: number, height: number): Box | undefined {
  const data = new Uint8ClampedArray(mask.length * 4);
  for (let pixel = 0; pixel < mask.length; pixel++) data[pixel * 4 + 3] = mask[pixel];
  return visibleBox({ width, height, data });
}

/** The islands of a mask, by 8 neighbours or 4, each as the list of its pixels. */
function islandsOf(mask: Uint8Array, width: number, neighbours: 4 | 8 = 8): number[][] {
  const height = mask.length / width;
  const seen = new Uint8Array(mask.length);
  const islands: number[][] = [];
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || seen[start]) continue;
    const island = [start];
    seen[start] = 1;
    for (const pixel of island) {
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx;
          if (!mask[neighbour] || seen[neighbour] || (neighbours === 4 && nx !== x && ny !== y)) continue;
          seen[neighbour] = 1;
          island.push(neighbour);
        }
    }
    islands.push(island);
  }
  return islands;
}

function maskOf(pixels: readonly number[], length: number): Uint8Array {
  const mask = new Uint8Array(length);
  for (const pixel of pixels) mask[pixel] = 1;
  return mask;
}

/** An island below all others, at least twice as wide as high, and dark throughout or seen through. */
function shadowOf({ width, height, data }: Raster, mask: Uint8Array): Uint8Array | undefined {
  const islands = islandsOf(mask, width);
  if (islands.length < 2) return undefined;
  const largest = islands.reduce((best, island) => (island.length > best.length ? island : best));
  const bottomOfRest = Math.max(...largest.map((pixel) => Math.floor(pixel / width)));
  for (const island of islands) {
    if (island === largest || island.length < 4) continue;
    const box = boxOf(maskOf(island, mask.length), width, height);
    if (box === undefined || box.width < box.height * 2 || box.y + box.height - 1 < bottomOfRest) continue;
    const isDark = island.every((pixel) => {
      const at = pixel * 4;
      return data[at + 3] < 200 || oklabOfRgb((data[at] << 16) | (data[at + 1] << 8) | data[at + 2])[0] < 0.3;
    });
    if (isDark) return maskOf(island, mask.length);
  }
  return undefined;
}

/** The middle of the weight of the rows between the upper quarter and the lower one. */
function axisOf(mask: Uint8Array, width: number, box: Box): number {
  let sum = 0;
  let count = 0;
  const top = box.y + Math.floor(box.height / 4);
  const bottom = Math.max(top + 1, box.y + Math.ceil((box.height * 3) / 4));
  for (let y = top; y < bottom; y++)
    for (let x = box.x; x < box.x + box.width; x++)
      if (mask[y * width + x]) {
        sum += x;
        count++;
      }
  return count === 0 ? box.x + (box.width >> 1) : Math.round(sum / count);
}

/**
 * Of the areas that dark lines and the ground set off, the thinnest that is tall, slender and lies at one side. The dark
 * line around it goes with it; where the body borders on the same line, the line stays with the body as well.
 */
function itemOf({ width, height, data }: Raster, mask: Uint8Array, box: Box): HeldItem | undefined {
  if (box.width < 10 || box.height < 10) return undefined;
  const isLine = new Uint8Array(mask.length);
  const filled = new Uint8Array(mask.length);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (!mask[pixel]) continue;
    const at = pixel * 4;
    const [lightness] = oklabOfRgb((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    if (lightness < 0.28) isLine[pixel] = 1;
    else filled[pixel] = 1;
  }
  let best:
    | { readonly area: Uint8Array; readonly box: Box; readonly meanWidth: number; readonly side: -1 | 1 }
    | undefined;
  for (const island of islandsOf(filled, width, 4)) {
    if (island.length < box.height * 0.33) continue;
    const area = maskOf(island, mask.length);
    const islandBox = boxOf(area, width, height);
    if (islandBox === undefined) continue;
    const middle = islandBox.x + islandBox.width / 2;
    const side = middle < box.x + box.width / 2 ? -1 : 1;
    const outside = side < 0 ? islandBox.x - box.x : box.x + box.width - (islandBox.x + islandBox.width);
    const meanWidth = island.length / islandBox.height;
    const isItem =
      islandBox.height >= box.height * 0.38 &&
      islandBox.width <= box.width * 0.42 &&
      outside <= box.width * 0.2 &&
      meanWidth <= Math.max(2.5, box.width * 0.13) &&
      islandBox.height >= meanWidth * 4;
    if (isItem && (best === undefined || meanWidth < best.meanWidth)) best = { area, box: islandBox, meanWidth, side };
  }
  if (best === undefined) return undefined;
  const { area, box: itemBox, side } = best;
  const item = area.slice();
  const cut = area.slice();
  const contacts: number[] = [];
  for (let y = Math.max(0, itemBox.y - 1); y < Math.min(height, itemBox.y + itemBox.height + 1); y++)
    for (let x = Math.max(0, itemBox.x - 1); x < Math.min(width, itemBox.x + itemBox.width + 1); x++) {
      const pixel = y * width + x;
      if (!isLine[pixel] || !hasNeighbour(area, width, height, x, y)) continue;
      item[pixel] = 1;
      const isShared = hasNeighbour(filled, width, height, x, y, area);
      if (isShared) contacts.push(y);
      else cut[pixel] = 1;
    }
  // It is held where it lies closest to the body, and not at its very ends.
  const y =
    contacts.length > 0
      ? contacts.toSorted((a, b) => a - b)[contacts.length >> 1]
      : itemBox.y + Math.round(itemBox.height * 0.6);
  return { mask: item, cut, side, x: itemBox.x + (itemBox.width >> 1), y };
}

/**
 * A thin piece at one side that the ground sets off from the body over almost half of the height, such as a spear that
 * is joined to it at the hand alone.
 */
function rodOf(mask: Uint8Array, width: number, box: Box): HeldItem | undefined {
  if (box.width < 10 || box.height < 10) return undefined;
  const thin = Math.max(3, Math.round(box.width * 0.2));
  for (const side of [-1, 1] as const) {
    const pieces: { readonly y: number; readonly run: Run }[] = [];
    for (let y = box.y; y < box.y + box.height; y++) {
      const runs = runsOf(mask, width, y, box);
      const run = side < 0 ? runs[0] : runs[runs.length - 1];
      if (runs.length > 1 && run[1] - run[0] <= thin) pieces.push({ y, run });
    }
    const middles = pieces.map(({ run: [start, end] }) => (start + end) / 2).toSorted((a, b) => a - b);
    const middle = middles[middles.length >> 1];
    const rod = pieces.filter(({ run: [start, end] }) => start <= middle + 1 && end >= middle - 1);
    if (rod.length < box.height * 0.45) continue;
    const left = Math.min(...rod.map(({ run }) => run[0]));
    const right = Math.max(...rod.map(({ run }) => run[1]));
    const isOutside = side < 0 ? middle < box.x + box.width * 0.25 : middle > box.x + box.width * 0.75;
    if (!isOutside || right - left > box.width * 0.3) continue;
    const [top, bottom] = [rod[0].y, rod[rod.length - 1].y + 1];
    const rows = new Set(rod.map(({ y }) => y));
    const joined = Array.from({ length: bottom - top }, (_, row) => top + row).filter((y) => !rows.has(y));
    const piece = new Uint8Array(mask.length);
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) piece[y * width + x] = mask[y * width + x];
    const y = joined.length > 0 ? joined[joined.length >> 1] : top + Math.round((bottom - top) * 0.5);
    return { mask: piece, cut: piece, side, x: (left + right) >> 1, y };
  }
  return undefined;
}

/** With what only the item joins to the body, such as the crook of a staff that is wider than its shaft. */
function withLooseEnds(item: HeldItem, mask: Uint8Array, width: number): HeldItem {
  const islandsOfRest = islandsOf(
    mask.map((value, pixel) => (value && !item.cut[pixel] ? 1 : 0)),
    width,
  );
  const body = islandsOfRest.reduce((best, island) => (island.length > best.length ? island : best), []);
  const height = mask.length / width;
  const loose = islandsOfRest
    .filter((island) => island !== body)
    .filter((island) => island.some((at) => hasNeighbour(item.mask, width, height, at % width, Math.floor(at / width))))
    .flat();
  const added = maskOf(loose, mask.length);
  const joined = (own: Uint8Array) => own.map((value, pixel) => value | added[pixel]);
  return { ...item, mask: joined(item.mask), cut: joined(item.cut) };
}

/** Whether one of the 8 neighbours is set in `mask` and not in `except`. */
function hasNeighbour(
  mask: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  except?: Uint8Array,
): boolean {
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
      const neighbour = ny * width + nx;
      if (mask[neighbour] && !except?.[neighbour]) return true;
    }
  return false;
}

type Run = readonly [start: number, end: number];

function runsOf(mask: Uint8Array, width: number, y: number, box: Box): Run[] {
  const runs: [number, number][] = [];
  for (let x = box.x; x < box.x + box.width; x++) {
    if (!mask[y * width + x]) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === x) last[1] = x + 1;
    else runs.push([x, x + 1]);
  }
  return runs;
}

/**
 * From the lowest row upwards, the rows that part in two near the axis: by a gap, or, where there is none, by a dark
 * line between two lighter ones.
 */
function legsOf(
  raster: Raster,
  mask: Uint8Array,
  box: Box,
  axis: number,
): { readonly legs: Legs; readonly top: number } | undefined {
  if (box.width < 5 || box.height < 8) return undefined;
  const { width } = raster;
  const bottom = box.y + box.height;
  const gaps: { readonly y: number; readonly middle: number }[] = [];
  // The lowest row may be a single pixel of one foot.
  for (let y = bottom - 1; y >= box.y + box.height * 0.62; y--) {
    const middle = gapNear(runsOf(mask, width, y, box), axis, box) ?? darkColumnNear(raster, mask, y, axis, box);
    if (middle !== undefined) gaps.push({ y, middle });
    else if (gaps.length > 0 || y < bottom - 3) break;
  }
  if (gaps.length < Math.max(2, Math.round(box.height * 0.07))) return undefined;
  const middle = gaps.map((gap) => gap.middle).toSorted((a, b) => a - b)[gaps.length >> 1];
  const top = Math.min(...gaps.map(({ y }) => y));
  // Feet reach as far as the pieces next to the gap do in the lowest rows; what hangs down beside them is no leg.
  const feetFrom = bottom - Math.max(2, Math.round((bottom - top) * 0.35));
  let left = middle - 1;
  let right = middle + 1;
  for (let y = feetFrom; y < bottom; y++) {
    const runs = runsOf(mask, width, y, box);
    const before = runs.findLast(([start]) => start < middle);
    const after = runs.find(([, end]) => end > middle);
    if (before !== undefined) left = Math.min(left, before[0]);
    if (after !== undefined) right = Math.max(right, after[1]);
  }
  return { legs: { left, middle, right }, top };
}

/** The middle of the gap nearest to the axis, if it lies in the middle half and there is a foot on either side. */
function gapNear(runs: readonly Run[], axis: number, box: Box): number | undefined {
  let best: number | undefined;
  for (let index = 1; index < runs.length; index++) {
    const middle = (runs[index - 1][1] + runs[index][0]) >> 1;
    if (Math.abs(middle - axis) > box.width * 0.25) continue;
    if (best === undefined || Math.abs(middle - axis) < Math.abs(best - axis)) best = middle;
  }
  return best;
}

function darkColumnNear(raster: Raster, mask: Uint8Array, y: number, axis: number, box: Box): number | undefined {
  const lightnessAt = (x: number) => {
    const at = (y * raster.width + x) * 4;
    if (!mask[y * raster.width + x]) return undefined;
    return oklabOfRgb((raster.data[at] << 16) | (raster.data[at + 1] << 8) | raster.data[at + 2])[0];
  };
  const reach = Math.floor(box.width * 0.15);
  for (let distance = 0; distance <= reach; distance++)
    for (const x of [axis - distance, axis + distance]) {
      const here = lightnessAt(x);
      if (here === undefined || here > 0.3) continue;
      // The line may be two pixels wide.
      const before = Math.max(lightnessAt(x - 1) ?? 0, lightnessAt(x - 2) ?? 0);
      const after = Math.max(lightnessAt(x + 1) ?? 0, lightnessAt(x + 2) ?? 0);
      if (before > here + 0.12 && after > here + 0.12) return x;
    }
  return undefined;
}

function neckOf(mask: Uint8Array, width: number, box: Box, hip: number): number {
  const first = box.y + Math.max(1, Math.round(box.height * 0.2));
  const last = Math.min(hip - 1, box.y + Math.round(box.height * 0.5));
  let neck = Math.min(first, hip);
  let narrowest = Number.POSITIVE_INFINITY;
  for (let y = first; y <= last; y++) {
    const count = runsOf(mask, width, y, box).reduce((sum, [start, end]) => sum + end - start, 0);
    // Of rows as narrow as each other the lowest: below a chin, not across a face.
    if (count > 0 && count <= narrowest) {
      narrowest = count;
      neck = y;
    }
  }
  return neck;
}
