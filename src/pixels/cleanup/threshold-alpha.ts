import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";

/** Makes alpha below `threshold` (1 to 255) 0 and the colour under it black, any other alpha 255. */
export function thresholdAlpha(raster: Raster, threshold: number): Raster {
  if (!(threshold >= 1 && threshold <= 255)) {
    throw new PixelsError(`Cannot use the alpha threshold ${threshold}: give a number from 1 to 255`, {
      code: "invalid-argument",
      argument: "threshold",
      value: threshold,
    });
  }
  const { data } = raster;
  const result = createRaster(raster.width, raster.height);
  for (let offset = 0; offset < data.length; offset += 4) {
    if (data[offset + 3] < threshold) continue;
    result.data[offset] = data[offset];
    result.data[offset + 1] = data[offset + 1];
    result.data[offset + 2] = data[offset + 2];
    result.data[offset + 3] = 255;
  }
  return result;
}
