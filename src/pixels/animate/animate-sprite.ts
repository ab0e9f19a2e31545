import { blockSize } from "../block-size.ts";
import { PixelsError } from "../pixels-error.ts";
import { countDifferingPixels, createRaster, type Raster } from "../raster.ts";
import { scaleInteger } from "../scale-integer.ts";
import { type Box, crop, visibleBox } from "../trim.ts";
import type { Animation } from "./animation.ts";
import { type AnimationKind, type AnimationKindName, animationKinds } from "./kinds.ts";
import { setStage } from "./stage.ts";
import { valueAt } from "./whole-pixels.ts";

export type AnimateOptions = {
  /** How many frames, 2 to 64; what suits the kind unless given. */
  readonly frames?: number;
  /** How long every frame is shown, 10 to 10000; what suits the kind unless given. */
  readonly durationMs?: number;
  /** Scales the distances, 0.25 to 4; 1 unless given. */
  readonly strength?: number;
  /** Where a blow goes, and where a walk leads; to the side of the held item, or right, unless given. */
  readonly facing?: "left" | "right";
  /** For the kinds in which chance plays; 0 unless given. */
  readonly seed?: number;
};

export type SpriteAnimation = Animation & {
  /** Where the sprite's own top left corner lies in the frames, which are larger where it moves beyond its edges. */
  readonly origin: { readonly x: number; readonly y: number };
  /** 0: a loop; 1: meant to be played once. */
  readonly plays: 0 | 1;
  /** Whether the last frame leads back to the first. */
  readonly returns: boolean;
};

const mostPixelsASide = 512;

/**
 * Frames of one drawing in motion: its parts and rows are shifted by whole pixels, left out or repeated, so that there
 * is no blur and no colour that the sprite lacks; a sprite that was enlarged moves by its own, larger pixels. The same options give the same frames. Frames are as large as all of
 * them together need, but never smaller than the sprite. Throws PixelsError for an unknown kind, options out of range,
 * a sprite larger than 512 pixels a side, one without a visible pixel, and one in which
 * the kind finds nothing to move, such as a single colour to glow in.
 */
export function animateSprite(sprite: Raster, kind: AnimationKindName, options: AnimateOptions = {}): SpriteAnimation {
  // Names may come from outside, such as "constructor".
  if (!Object.hasOwn(animationKinds, kind))
    throw invalid(
      "kind",
      kind,
      `Cannot animate by the kind ${JSON.stringify(kind)}: choose ${animationKindNames().join(", ")}`,
    );
  const described: AnimationKind = animationKinds[kind];
  const { frames: count = described.frames, strength = 1, seed = 0 } = options;
  check("frames", count, 2, 64, true);
  check("durationMs", options.durationMs ?? 100, 10, 10_000, true);
  check("strength", strength, 0.25, 4, false);
  check("seed", seed, 0, 2 ** 32 - 1, true);
  // An enlarged sprite moves by its own pixels, not by parts of them.
  const block = blockSize(sprite);
  const native = block === 1 ? sprite : shrink(sprite, block);
  if (native.width > mostPixelsASide || native.height > mostPixelsASide)
    throw invalid(
      "sprite",
      [native.width, native.height],
      `Cannot animate a picture of ${native.width} x ${native.height} px: give a sprite of ${mostPixelsASide} px a side ` +
        "at most; the command fix brings enlarged pixel art to its own size",
    );
  const stage = setStage(native);
  const draw = described.stage(stage);
  const facing = options.facing === "left" ? -1 : options.facing === "right" ? 1 : (stage.parts.item?.side ?? 1);
  const places = Array.from({ length: count }, (_, index) => index / (described.returns ? count : count - 1));
  const canvases = places.map((at, index) => draw({ at, index, strength, facing, seed }));
  const [firstCanvas, ...others] = canvases;
  if (others.every((canvas) => countDifferingPixels(canvas, firstCanvas) === 0))
    throw invalid(
      "kind",
      kind,
      `Cannot animate the sprite by ${kind}: it has no parts or colors that would move; choose another kind`,
    );
  const box = commonBox(canvases, native, stage.margin);
  const { durationMs } = described;
  return {
    frames: canvases.map((canvas) => scaleInteger(crop(canvas, box), block)),
    durationsMs: places.map(
      (at) =>
        options.durationMs ??
        (typeof durationMs === "number" ? durationMs : Math.round(valueAt(durationMs, at) / 10) * 10),
    ),
    tags: [{ name: kind, from: 0, to: count - 1, plays: described.plays }],
    origin: { x: (stage.margin - box.x) * block, y: (stage.margin - box.y) * block },
    plays: described.plays,
    returns: described.returns,
  };
}

/**
 * Several animations of one sprite one after the other, the sprite at the same place in all frames; each keeps its tag.
 * Throws PixelsError where there are none.
 */
export function joinAnimations(animations: readonly SpriteAnimation[]): Animation & Pick<SpriteAnimation, "origin"> {
  if (animations.length === 0) throw invalid("animations", animations, "Cannot join 0 animations: give one at least");
  const x = Math.max(...animations.map(({ origin }) => origin.x));
  const y = Math.max(...animations.map(({ origin }) => origin.y));
  const right = Math.max(...animations.map(({ frames: [{ width }], origin }) => width - origin.x));
  const bottom = Math.max(...animations.map(({ frames: [{ height }], origin }) => height - origin.y));
  let first = 0;
  const tags = animations.flatMap(({ frames, tags = [] }) => {
    const shifted = tags.map((tag) => ({ ...tag, from: tag.from + first, to: tag.to + first }));
    first += frames.length;
    return shifted;
  });
  return {
    frames: animations.flatMap(({ frames, origin }) =>
      frames.map((frame) => crop(frame, { x: origin.x - x, y: origin.y - y, width: x + right, height: y + bottom })),
    ),
    durationsMs: animations.flatMap(({ durationsMs }) => durationsMs),
    tags,
    origin: { x, y },
  };
}

export function animationKindNames(): AnimationKindName[] {
  return Object.keys(animationKinds) as AnimationKindName[];
}

/** One pixel for each block. */
function shrink({ width, height, data }: Raster, block: number): Raster {
  const small = createRaster(width / block, height / block);
  for (let y = 0; y < small.height; y++)
    for (let x = 0; x < small.width; x++) {
      const from = (y * block * width + x * block) * 4;
      small.data.set(data.subarray(from, from + 4), (y * small.width + x) * 4);
    }
  return small;
}

/**
 * The sprite's own canvas and whatever reaches beyond it; to the left and the right by as much, so that the middle stays
 * the middle.
 */
function commonBox(canvases: readonly Raster[], sprite: Raster, margin: number): Box {
  const own = { x: margin, y: margin, width: sprite.width, height: sprite.height };
  let { x, y } = own;
  let right = own.x + own.width;
  let bottom = own.y + own.height;
  for (const canvas of canvases) {
    const box = visibleBox(canvas);
    if (box === undefined) continue;
    x = Math.min(x, box.x);
    y = Math.min(y, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  const beside = Math.max(own.x - x, right - (own.x + own.width));
  return { x: own.x - beside, y, width: own.width + 2 * beside, height: bottom - y };
}

function check(argument: string, value: number, least: number, most: number, isWhole: boolean): void {
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return;
  throw invalid(
    argument,
    value,
    `Cannot animate with ${argument} ${value}: give a ${isWhole ? "whole " : ""}number from ${least} to ${most}`,
  );
}

function invalid(argument: string, value: unknown, message: string): PixelsError {
  return new PixelsError(message, { code: "invalid-argument", argument, value });
}
