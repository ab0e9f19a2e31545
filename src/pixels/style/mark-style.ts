import { parseHexColor } from "../hex-color.ts";
import { oklabOfRgb } from "../oklab.ts";
import { createRaster, type Raster } from "../raster.ts";
import { scaleInteger } from "../scale-integer.ts";
import type { StyleReport } from "./check-style.ts";
import { classifyEdges, edgeKinds } from "./measure-picture.ts";
import type { OutlineHabit, Style } from "./style.ts";

/** What a mark in the picture means. */
export const styleMarks = { stray: 0xff00ff, soft: 0x00ffff, outline: 0xff8800 } as const;

/** The side that pictures are enlarged towards, as far as a whole factor goes. */
const wantedSide = 256;
const gap = 8;
const mostSwatches = 16;

/**
 * A picture that shows what is off style: the picture itself, beside it a grey copy in which colours off the palette are
 * magenta, partly transparent pixels cyan, and edge pixels without the style's outline (or with one that the style has
 * not) orange, and below each stray colour over the style's nearest.
 */
export function markStyle(raster: Raster, style: Style, report: StyleReport): Raster {
  const factor = Math.max(1, Math.min(16, Math.floor(wantedSide / Math.max(raster.width, raster.height))));
  const original = scaleInteger(onGround(raster), factor);
  const marked = scaleInteger(onGround(markedCopy(raster, style, report)), factor);
  const swatches = report.strayColors.slice(0, mostSwatches);
  const side = 16;
  const width = Math.max(original.width * 2 + gap * 3, gap + swatches.length * (side + 4));
  const height = original.height + gap * 2 + (swatches.length > 0 ? side * 2 + gap : 0);
  const page = createRaster(width, height);
  fill(page, 0, 0, width, height, 0x202028);
  place(page, original, gap, gap);
  place(page, marked, original.width + gap * 2, gap);
  for (const [index, { color, nearest }] of swatches.entries()) {
    const x = gap + index * (side + 4);
    const y = original.height + gap * 2;
    fill(page, x, y, side, side, parseHexColor(color));
    fill(page, x, y + side, side, side, parseHexColor(nearest));
  }
  return page;
}

function markedCopy(raster: Raster, style: Style, { faults, strayColors }: StyleReport): Raster {
  const { width, height, data } = raster;
  const marked = createRaster(width, height);
  const strays = new Set(strayColors.map(({ color }) => parseHexColor(color)));
  const checks = new Set(faults.map(({ check }) => check));
  const edges = checks.has("outline") ? classifyEdges(raster) : undefined;
  const isOffLine = (kind: number) => kind !== edgeKinds.unjudged && !fittingEdges(style.outline.habit).includes(kind);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * 4;
    if (data[at + 3] === 0) continue;
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    const grey = Math.round(40 + oklabOfRgb(rgb)[0] * 150);
    const kind = edges?.[pixel] ?? edgeKinds.unjudged;
    let color = (grey << 16) | (grey << 8) | grey;
    if (strays.has(rgb) && checks.has("palette")) color = styleMarks.stray;
    else if (isOffLine(kind)) color = styleMarks.outline;
    if (data[at + 3] < 255 && checks.has("alpha")) color = styleMarks.soft;
    marked.data.set([color >> 16, (color >> 8) & 255, color & 255, 255], at);
  }
  return marked;
}

function fittingEdges(habit: OutlineHabit | null): readonly number[] {
  if (habit === "black") return [edgeKinds.black];
  return habit === "none" ? [edgeKinds.none] : [edgeKinds.black, edgeKinds.darker];
}

/** On a checkerboard of two greys, a pixel a square. */
function onGround(raster: Raster): Raster {
  const { width, height, data } = raster;
  const page = createRaster(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const ground = (x + y) % 2 === 0 ? 0x38 : 0x44;
      const alpha = data[at + 3] / 255;
      for (let channel = 0; channel < 3; channel++)
        page.data[at + channel] = data[at + channel] * alpha + ground * (1 - alpha);
      page.data[at + 3] = 255;
    }
  return page;
}

function fill(page: Raster, left: number, top: number, width: number, height: number, rgb: number): void {
  for (let y = top; y < top + height; y++)
    for (let x = left; x < left + width; x++)
      page.data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255], (y * page.width + x) * 4);
}

function place(page: Raster, picture: Raster, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++)
    page.data.set(
      picture.data.subarray(y * picture.width * 4, (y + 1) * picture.width * 4),
      ((top + y) * page.width + left) * 4,
    );
}
