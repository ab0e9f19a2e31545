import type { Animation } from "../animate/animation.ts";
import { drawOver } from "../draw-over.ts";
import { createRaster } from "../raster.ts";
import type { AsepriteDocument } from "./aseprite-document.ts";

/** The document as one sees it: visible layers, lowest first, one over the other, cut to the canvas. */
export function flattenAseprite({ width, height, durationsMs, layers, tags }: AsepriteDocument): Animation {
  const frames = durationsMs.map((_, frame) => {
    const canvas = createRaster(width, height);
    for (const { isVisible, opacity, cels } of layers) {
      const cel = cels[frame];
      if (isVisible && cel !== undefined) drawOver(canvas, cel.raster, cel.x, cel.y, (opacity * cel.opacity) / 255);
    }
    return canvas;
  });
  return { frames, durationsMs, tags };
}
