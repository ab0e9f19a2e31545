import { parseHexColor } from "../hex-color.ts";
import { createRaster, type Raster } from "../raster.ts";
import type { Palette } from "./palette.ts";

/**
 * A palette as a picture: a square of `side` pixels a color, `columns` in a row; what is left of the last row is
 * transparent. `paletteFromRaster` reads it back in the same order.
 */
export function paletteSwatch({ colors }: Pick<Palette, "colors">, { side = 16, columns = 16 } = {}): Raster {
  const across = Math.min(columns, colors.length);
  const swatch = createRaster(across * side, Math.ceil(colors.length / columns) * side);
  const pixels = new DataView(swatch.data.buffer);
  for (const [index, color] of colors.entries()) {
    const rgba = parseHexColor(color) * 256 + 255;
    const left = (index % columns) * side;
    const top = Math.floor(index / columns) * side;
    for (let y = top; y < top + side; y++)
      for (let x = left; x < left + side; x++) pixels.setUint32((y * swatch.width + x) * 4, rgba);
  }
  return swatch;
}
