import { formatHexColor } from "../hex-color.ts";
import { PixelsError } from "../pixels-error.ts";
import type { Raster } from "../raster.ts";
import { mostPaletteColors, type Palette, paletteNameOf } from "./palette.ts";

/**
 * The palette that a picture of swatches shows: its different colours, transparent pixels left out, in the order in
 * which they are met row by row. That is the swatches' order for one pixel a colour, for rows of blocks, and for one
 * column. `file` gives the palette its name and stands in errors.
 */
export function paletteFromRaster(raster: Raster, file: string): Palette {
  const { data } = raster;
  const colors = new Set<number>();
  for (let offset = 0; offset < data.length; offset += 4) {
    if (data[offset + 3] === 0) continue;
    colors.add((data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2]);
    if (colors.size > mostPaletteColors) {
      throw new PixelsError(
        `Cannot use ${file} as a palette: it has more than ${mostPaletteColors} colors; give a picture of swatches`,
        { code: "invalid-palette", file },
      );
    }
  }
  if (colors.size === 0) {
    throw new PixelsError(`Cannot use ${file} as a palette: it has 0 visible pixels; give a picture of swatches`, {
      code: "invalid-palette",
      file,
    });
  }
  return { name: paletteNameOf(file), colors: Array.from(colors, formatHexColor) };
}
