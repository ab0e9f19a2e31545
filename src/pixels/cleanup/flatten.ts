import { parseHexColor } from "../hex-color.ts";
import { oklabOfRgb } from "../oklab.ts";
import { createRaster, type Raster } from "../raster.ts";

/**
 * Puts the picture on a ground of one colour ("#rrggbb"), after which every pixel is opaque. "auto" takes the darkest
 * of the picture's own colours, so that no colour is added; an empty picture becomes black.
 */
export function flatten(raster: Raster, color: string): Raster {
  const ground = color === "auto" ? darkestColor(raster) : parseHexColor(color);
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

function darkestColor({ data }: Raster): number {
  let darkest = 0;
  let least = Number.POSITIVE_INFINITY;
  const seen = new Set<number>();
  for (let offset = 0; offset < data.length; offset += 4) {
    if (data[offset + 3] === 0) continue;
    const rgb = (data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2];
    if (seen.has(rgb)) continue;
    seen.add(rgb);
    const [lightness] = oklabOfRgb(rgb);
    if (lightness < least) {
      least = lightness;
      darkest = rgb;
    }
  }
  return darkest;
}
