import { createRaster, type Raster } from "#pixels";

/** Rasters of up to `cell` pixels a side in rows of `columns`, each on a grey cell with a gap of one pixel. */
export function contactSheet(rasters: readonly Raster[], columns: number, cell = 32): Raster {
  const step = cell + 1;
  const rows = Math.ceil(rasters.length / columns);
  const sheet = createRaster(columns * step + 1, rows * step + 1);
  for (let at = 0; at < sheet.data.length; at += 4) sheet.data.set([70, 70, 70, 255], at);
  for (const [place, { width, height, data }] of rasters.entries()) {
    const left = 1 + (place % columns) * step;
    const top = 1 + Math.floor(place / columns) * step;
    for (let y = 0; y < cell; y++)
      for (let x = 0; x < cell; x++) {
        const from = (y * width + x) * 4;
        const isOpaque = x < width && y < height && data[from + 3] >= 128;
        const ink = isOpaque ? data.subarray(from, from + 3) : [140, 140, 140];
        sheet.data.set(ink, ((top + y) * sheet.width + left + x) * 4);
      }
  }
  return sheet;
}
