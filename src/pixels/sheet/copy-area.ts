import type { Raster } from "../raster.ts";

/** Copies an area row by row, all four bytes of each pixel; both places must lie inside their rasters. */
export function copyArea(
  source: Raster,
  sourceX: number,
  sourceY: number,
  width: number,
  height: number,
  target: Raster,
  targetX: number,
  targetY: number,
): void {
  for (let y = 0; y < height; y++) {
    const from = ((sourceY + y) * source.width + sourceX) * 4;
    const to = ((targetY + y) * target.width + targetX) * 4;
    target.data.set(source.data.subarray(from, from + width * 4), to);
  }
}
