import { parseHexColor } from "./hex-color.ts";
import type { Raster } from "./raster.ts";

/** Fills an area of a raster with one opaque colour ("#rrggbb"), in place; what reaches beyond is left out. */
export function fillArea(
  { width, height, data }: Raster,
  area: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  color: string,
): void {
  const rgb = parseHexColor(color);
  for (let y = Math.max(0, area.top); y < Math.min(height, area.top + area.height); y++)
    for (let x = Math.max(0, area.left); x < Math.min(width, area.left + area.width); x++)
      data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255], (y * width + x) * 4);
}
