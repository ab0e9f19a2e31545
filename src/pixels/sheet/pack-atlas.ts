import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";
import { type Box, visibleBox } from "../trim.ts";
import type { Atlas, AtlasFrame, Sprite } from "./atlas.ts";
import { copyArea } from "./copy-area.ts";
import { checkFrameNames } from "./frame-names.ts";
import { checkCount } from "./lay-out-grid.ts";
import { packRectangles } from "./max-rects.ts";

export type PackOptions = {
  /** Transparent pixels between sprites. Two by default, so that sprites stay apart for `findIslands`. */
  readonly padding?: number | undefined;
  /** How many times each sprite's border is repeated around it, against bleeding when textures are filtered; 0. */
  readonly extrude?: number | undefined;
  /** Leaves the transparent border of sprites out; true by default. */
  readonly isTrimmed?: boolean | undefined;
  /** The sheet's longest side in pixels, 4096 by default. */
  readonly mostSide?: number | undefined;
  /** Rounds the sheet's sides up to powers of two. */
  readonly isPowerOfTwo?: boolean | undefined;
};

/** The part of a sprite that is kept. */
type Part = Box & { readonly raster: Raster };

/**
 * Packs sprites of any sizes into one sheet. Sprites whose visible pixels are equal share a place. The frames come in
 * the order of the sprites, and `unpackAtlas` gives back sprites of the same sizes and visible pixels. Throws
 * PixelsError for names that collide or are no file names, and when the sprites do not fit.
 */
export function packAtlas(sprites: readonly Sprite[], options: PackOptions = {}): Atlas {
  const { padding = 2, extrude = 0, isTrimmed = true, mostSide = 4096, isPowerOfTwo = false } = options;
  checkCount("padding", padding, 0);
  checkCount("extrude", extrude, 0);
  checkMostSide(mostSide);
  if (sprites.length === 0)
    throw new PixelsError("Cannot pack 0 sprites: give at least one", {
      code: "invalid-argument",
      argument: "sprites",
      value: 0,
    });
  checkFrameNames(sprites.map(({ name }) => name));

  const parts = sprites.map(({ raster }) => (isTrimmed ? visiblePart(raster) : wholeOf(raster)));
  const { distinct, indexOf } = withoutDuplicates(parts);
  const around = 2 * extrude + padding;
  const boxes = distinct.map(({ width, height }) => ({ width: width + around, height: height + around }));
  // Padding lies between sprites only, so the outermost may reach beyond the border.
  const side = isPowerOfTwo ? 2 ** Math.floor(Math.log2(mostSide)) : mostSide;
  const packing = packRectangles(boxes, side + padding);
  if (packing === undefined)
    throw new PixelsError(
      `Cannot pack ${sprites.length} sprites into ${side} x ${side} pixels: allow a larger sheet or give fewer`,
      { code: "does-not-fit", sprites: sprites.length, mostSide: side },
    );

  const sheet = createRaster(
    sideFor(packing.width - padding, isPowerOfTwo),
    sideFor(packing.height - padding, isPowerOfTwo),
  );
  for (const [index, { raster, x, y, width, height }] of distinct.entries()) {
    const place = packing.places[index];
    copyArea(raster, x, y, width, height, sheet, place.x + extrude, place.y + extrude);
    if (extrude > 0) extrudeBorder(sheet, place.x + extrude, place.y + extrude, width, height, extrude);
  }
  const frames = sprites.map(({ name, raster, durationMs }, index): AtlasFrame => {
    const { x, y, width, height } = parts[index];
    const place = packing.places[indexOf[index]];
    return {
      name,
      x: place.x + extrude,
      y: place.y + extrude,
      width,
      height,
      offsetX: x,
      offsetY: y,
      sourceWidth: raster.width,
      sourceHeight: raster.height,
      ...(durationMs !== undefined && { durationMs }),
    };
  });
  return { raster: sheet, frames };
}

function checkMostSide(mostSide: number): void {
  if (Number.isInteger(mostSide) && mostSide >= 1 && mostSide <= 16_384) return;
  throw new PixelsError(`Cannot use a sheet of ${mostSide} pixels a side: give a whole number from 1 to 16384`, {
    code: "invalid-argument",
    argument: "mostSide",
    value: mostSide,
  });
}

function sideFor(used: number, isPowerOfTwo: boolean): number {
  return isPowerOfTwo ? 2 ** Math.ceil(Math.log2(used)) : used;
}

function wholeOf(raster: Raster): Part {
  return { raster, x: 0, y: 0, width: raster.width, height: raster.height };
}

/** What is left when transparent rows and columns are cut off; of an empty picture its first pixel. */
function visiblePart(raster: Raster): Part {
  return { raster, ...(visibleBox(raster) ?? { x: 0, y: 0, width: 1, height: 1 }) };
}

/** The different parts in order of first appearance, and for each part given which of them it is. */
function withoutDuplicates(parts: readonly Part[]): { distinct: readonly Part[]; indexOf: readonly number[] } {
  const distinct: Part[] = [];
  const byHash = new Map<number, number[]>();
  const indexOf = parts.map((part) => {
    const hash = hashOf(part);
    const alike = byHash.get(hash) ?? [];
    const known = alike.find((index) => haveEqualPixels(distinct[index], part));
    if (known !== undefined) return known;
    byHash.set(hash, [...alike, distinct.length]);
    return distinct.push(part) - 1;
  });
  return { distinct, indexOf };
}

/** FNV-1a over size and visible pixels, a pixel at a time. */
function hashOf(part: Part): number {
  let hash = Math.imul(0x811c9dc5 ^ part.width, 0x01000193) ^ part.height;
  for (let y = 0; y < part.height; y++)
    for (let x = 0; x < part.width; x++) hash = Math.imul(hash ^ visiblePixel(part, x, y), 0x01000193);
  return hash >>> 0;
}

function haveEqualPixels(a: Part, b: Part): boolean {
  if (a.width !== b.width || a.height !== b.height) return false;
  for (let y = 0; y < a.height; y++)
    for (let x = 0; x < a.width; x++) if (visiblePixel(a, x, y) !== visiblePixel(b, x, y)) return false;
  return true;
}

/** A pixel's four bytes as one number; 0 when it is fully transparent, whatever its colour. */
function visiblePixel({ raster, x: left, y: top }: Part, x: number, y: number): number {
  const { data, width } = raster;
  const at = ((top + y) * width + left + x) * 4;
  const alpha = data[at + 3];
  return alpha === 0 ? 0 : (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | alpha;
}

/** Repeats the outermost pixels of an area `count` times on all sides, corners too. */
function extrudeBorder(sheet: Raster, left: number, top: number, width: number, height: number, count: number): void {
  const { data, width: stride } = sheet;
  for (let y = top; y < top + height; y++)
    for (let step = 1; step <= count; step++) {
      const row = y * stride;
      const right = left + width - 1;
      data.copyWithin((row + left - step) * 4, (row + left) * 4, (row + left + 1) * 4);
      data.copyWithin((row + right + step) * 4, (row + right) * 4, (row + right + 1) * 4);
    }
  const rowBytes = (width + 2 * count) * 4;
  for (let step = 1; step <= count; step++) {
    const start = left - count;
    const upper = (top * stride + start) * 4;
    const lower = ((top + height - 1) * stride + start) * 4;
    data.copyWithin(((top - step) * stride + start) * 4, upper, upper + rowBytes);
    data.copyWithin(((top + height - 1 + step) * stride + start) * 4, lower, lower + rowBytes);
  }
}
