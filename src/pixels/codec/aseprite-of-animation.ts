import { type Animation, checkAnimation } from "../animate/animation.ts";
import type { Raster } from "../raster.ts";
import { crop, visibleBox } from "../trim.ts";
import type { AsepriteCel, AsepriteDocument } from "./aseprite-document.ts";

/**
 * An animation as a document of one layer, in the way Aseprite itself would store it: cels cut to what is visible, and
 * indexed with the transparent entry first wherever at most 255 opaque colours are used. `palette` (0xrrggbb) gives the
 * colours an order and may have more of them than the frames do.
 */
export function asepriteOfAnimation(
  animation: Animation,
  options: { readonly layer?: string; readonly palette?: readonly number[] } = {},
): AsepriteDocument {
  checkAnimation(animation);
  const { frames, durationsMs, tags = [] } = animation;
  const [{ width, height }] = frames;
  const colors = new Set((options.palette ?? []).map((rgb) => ((rgb << 8) | 255) >>> 0));
  let isIndexed = true;
  for (const { data } of frames)
    for (let offset = 0; offset < data.length; offset += 4) {
      const alpha = data[offset + 3];
      if (alpha === 0) continue;
      if (alpha < 255) isIndexed = false;
      colors.add(((data[offset] << 24) | (data[offset + 1] << 16) | (data[offset + 2] << 8) | 255) >>> 0);
    }
  isIndexed &&= colors.size <= 255;
  const palette = isIndexed ? [0, ...colors] : [...colors].slice(0, 256);
  const cels = frames.map(visiblePart);
  return {
    width,
    height,
    durationsMs,
    layers: [{ name: options.layer ?? "sprite", isVisible: true, opacity: 255, cels }],
    tags,
    palette,
    isIndexed,
  };
}

function visiblePart(frame: Raster): AsepriteCel | undefined {
  const box = visibleBox(frame);
  return box && { x: box.x, y: box.y, opacity: 255, raster: crop(frame, box) };
}
