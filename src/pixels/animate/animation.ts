import { PixelsError } from "../pixels-error.ts";
import type { Raster } from "../raster.ts";

/** Pictures of one size, shown one after the other. */
export type Animation = {
  readonly frames: readonly Raster[];
  /** How long each frame is shown: whole milliseconds from 1 to 65535, one for every frame. */
  readonly durationsMs: readonly number[];
  /** Named runs of frames; they may overlap. */
  readonly tags?: readonly FrameTag[];
};

export type FrameTag = {
  readonly name: string;
  /** The first and the last frame, both counted from 0 and both part of the run. */
  readonly from: number;
  readonly to: number;
  /** "forward" unless given. */
  readonly direction?: FrameDirection;
  /** How often the run is played; 0, as when absent, means for ever. */
  readonly plays?: number;
};

export type FrameDirection = (typeof frameDirections)[number];

/** In the order of the numbers that Aseprite gives them. */
export const frameDirections = ["forward", "reverse", "pingpong", "pingpong_reverse"] as const;

/** Refuses what no format of animations can hold: no frames, unlike sizes, missing or impossible durations, wild tags. */
export function checkAnimation({ frames, durationsMs, tags = [] }: Animation): void {
  if (frames.length === 0 || frames.length > 65535)
    throw impossible("frames", frames.length, `Cannot use an animation of ${frames.length} frames: give 1 to 65535`);
  const [first] = frames;
  for (const [index, { width, height }] of frames.entries()) {
    if (width === first.width && height === first.height) continue;
    const expected = `${first.width} x ${first.height}`;
    const actual = `${width} x ${height}`;
    throw new PixelsError(
      `Cannot use an animation whose frame ${index + 1} is ${actual} px and whose first is ${expected} px: ` +
        "bring all frames to one size",
      { code: "size-mismatch", expected, actual },
    );
  }
  if (durationsMs.length !== frames.length)
    throw impossible(
      "durationsMs",
      durationsMs,
      `Cannot use ${durationsMs.length} durations for ${frames.length} frames: give one for each`,
    );
  for (const duration of durationsMs)
    if (!Number.isInteger(duration) || duration < 1 || duration > 65535)
      throw impossible(
        "durationsMs",
        duration,
        `Cannot show a frame for ${duration} ms: give a whole number from 1 to 65535`,
      );
  for (const tag of tags)
    if (
      !Number.isInteger(tag.from) ||
      !Number.isInteger(tag.to) ||
      tag.from < 0 ||
      tag.to < tag.from ||
      tag.to >= frames.length
    )
      throw impossible(
        "tags",
        tag,
        `Cannot use the tag ${JSON.stringify(tag.name)} over the frames ${tag.from} to ${tag.to}: ` +
          `there are frames 0 to ${frames.length - 1}`,
      );
}

function impossible(argument: string, value: unknown, message: string): PixelsError {
  return new PixelsError(message, { code: "invalid-argument", argument, value });
}
