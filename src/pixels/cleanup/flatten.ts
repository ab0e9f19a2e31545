import { parseHexColor } from "../hex-color.ts";
import { type Oklab, oklabOfRgb, squaredOklabDistance } from "../oklab.ts";
import { createRaster, type Raster } from "../raster.ts";

/**
 * Puts the picture on a ground of one colour ("#rrggbb"), after which every pixel is opaque. "auto" takes the darkest
 * of the picture's own colours from which its outline stands out, so that no colour is added; where there is none, black
 * or white, whichever the outline stands out from more.
 */
export function flatten(raster: Raster, color: string): Raster {
  const ground = color === "auto" ? groundFor(raster) : parseHexColor(color);
  const { data } = raster;
  const flat = createRaster(raster.width, raster.height);
  const under = [ground >> 16, (ground >> 8) & 255, ground & 255];
  for (let offset = 0; offset < data.length; offset += 4) {
    const alpha = data[offset + 3] / 255;
    for (let channel = 0; channel < 3; channel++) {
      flat.data[offset + channel] = data[offset + channel] * alpha + under[channel] * (1 - alpha);
    }
    flat.data[offset + 3] = 255;
  }
  return flat;
}

/** The mean OKLab distance from which on an outline is told from its ground at a glance. */
const clearDistance = 0.25;
const black: Oklab = oklabOfRgb(0x000000);
const white: Oklab = oklabOfRgb(0xffffff);

function groundFor(raster: Raster): number {
  const outline = outlineColors(raster);
  const distanceTo = (ground: Oklab) =>
    outline.reduce((sum, color) => sum + Math.sqrt(squaredOklabDistance(color, ground)), 0) / outline.length;
  const own = [...ownColors(raster)]
    .map((rgb) => ({ rgb, oklab: oklabOfRgb(rgb) }))
    .toSorted((a, b) => a.oklab[0] - b.oklab[0]);
  const clear = own.find(({ oklab }) => outline.length === 0 || distanceTo(oklab) >= clearDistance);
  return clear?.rgb ?? (outline.length > 0 && distanceTo(white) > distanceTo(black) ? 0xffffff : 0x000000);
}

function ownColors({ data }: Raster): ReadonlySet<number> {
  const colors = new Set<number>();
  for (let offset = 0; offset < data.length; offset += 4)
    if (data[offset + 3] !== 0) colors.add((data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2]);
  return colors;
}

/** Of every opaque pixel with a transparent one beside, above or below it. */
function outlineColors({ width, height, data }: Raster): readonly Oklab[] {
  const isClear = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[(y * width + x) * 4 + 3] === 0;
  const colors: Oklab[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const offset = (y * width + x) * 4;
      if (data[offset + 3] === 0) continue;
      if (isClear(x - 1, y) || isClear(x + 1, y) || isClear(x, y - 1) || isClear(x, y + 1))
        colors.push(oklabOfRgb((data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2]));
    }
  return colors;
}
