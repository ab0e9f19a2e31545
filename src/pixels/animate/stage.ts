import { createRaster, type Raster } from "../raster.ts";
import { crop } from "../trim.ts";
import { findParts, type SpriteParts } from "./find-parts.ts";

/** A sprite taken apart, on a canvas with room on all sides for it to move in. */
export type Stage = {
  /** The body without shadow and held item. */
  readonly body: Raster;
  /** Undefined where there is none; it stays where it is. */
  readonly shadow: Raster | undefined;
  readonly item: Raster | undefined;
  readonly parts: SpriteParts;
  /** Where the sprite's own top left corner lies on the canvas. */
  readonly margin: number;
  /** One small step: a pixel for sprites up to about 36 pixels high, more for larger ones. */
  readonly unit: number;
};

export function setStage(sprite: Raster): Stage {
  const margin = Math.max(4, Math.ceil(Math.max(sprite.width, sprite.height) * 0.75));
  const all = crop(sprite, {
    x: -margin,
    y: -margin,
    width: sprite.width + 2 * margin,
    height: sprite.height + 2 * margin,
  });
  const parts = findParts(all);
  const { shadow, item } = parts;
  return {
    body: masked(all, (pixel) => !shadow?.[pixel] && !item?.cut[pixel]),
    shadow: shadow && masked(all, (pixel) => shadow[pixel] === 1),
    item: item && masked(all, (pixel) => item.mask[pixel] === 1),
    parts,
    margin,
    unit: Math.max(1, Math.round(parts.box.height / 28)),
  };
}

/** Shadow, body and item one over the other; what is left out is as it was. */
export function compose(stage: Stage, changed: { readonly body?: Raster; readonly item?: Raster | undefined }): Raster {
  const { body = stage.body, item = stage.item } = changed;
  const canvas = createRaster(body.width, body.height);
  if (stage.shadow !== undefined) place(canvas, stage.shadow);
  place(canvas, body);
  if (item !== undefined) place(canvas, item);
  return canvas;
}

/** Body and item as one picture, for what moves them together. */
export function wholeOf({ body, item }: Stage): Raster {
  if (item === undefined) return body;
  const whole = createRaster(body.width, body.height, body.data.slice());
  place(whole, item);
  return whole;
}

/** What is visible takes the place of what is below; mixing the two would make a new colour. */
function place(canvas: Raster, part: Raster): void {
  for (let at = 0; at < part.data.length; at += 4)
    if (part.data[at + 3] !== 0) canvas.data.set(part.data.subarray(at, at + 4), at);
}

function masked({ width, height, data }: Raster, isKept: (pixel: number) => boolean): Raster {
  const kept = createRaster(width, height);
  for (let pixel = 0; pixel < width * height; pixel++)
    if (isKept(pixel)) kept.data.set(data.subarray(pixel * 4, pixel * 4 + 4), pixel * 4);
  return kept;
}
