import { type FrameTag, frameDirections } from "../animate/animation.ts";
import { PixelsError } from "../pixels-error.ts";
import type { AtlasFrame } from "./atlas.ts";

/** The JSON shapes that programs read: Aseprite's two, and TexturePacker's "JSON (Hash)". */
export const atlasFormats = ["aseprite", "aseprite-array", "texturepacker"] as const;

export type AtlasFormat = (typeof atlasFormats)[number];

export type AtlasFileOptions = {
  readonly format: AtlasFormat;
  /** The sheet's file name as it stands beside the JSON. */
  readonly image: string;
  readonly width: number;
  readonly height: number;
  /** Who wrote it, such as "dgx-pixels 0.1.0". */
  readonly software: string;
  /** Named runs of frames; TexturePacker's format has no place for them. */
  readonly tags?: readonly FrameTag[] | undefined;
};

/** What a frame of an animation gets in Aseprite's formats when nothing else is said. */
const defaultDurationMs = 100;

/** Describes an atlas as the text of a JSON file. Equal atlases give equal text. */
export function formatAtlasFile(frames: readonly AtlasFrame[], options: AtlasFileOptions): string {
  const { format, image, width, height, software, tags = [] } = options;
  const described = frames.map((frame) => ({
    name: frame.name,
    data: {
      frame: { x: frame.x, y: frame.y, w: frame.width, h: frame.height },
      rotated: frame.isRotated === true,
      trimmed: frame.width !== frame.sourceWidth || frame.height !== frame.sourceHeight,
      spriteSourceSize: { x: frame.offsetX, y: frame.offsetY, w: frame.width, h: frame.height },
      sourceSize: { w: frame.sourceWidth, h: frame.sourceHeight },
      ...(format === "texturepacker" ? {} : { duration: frame.durationMs ?? defaultDurationMs }),
    },
  }));
  const meta = {
    app: software,
    version: "1.0",
    image,
    format: "RGBA8888",
    size: { w: width, h: height },
    scale: "1",
    ...(format === "texturepacker" ? {} : { frameTags: tags.map(describeTag), layers: [], slices: [] }),
  };
  const file = {
    frames:
      format === "aseprite-array"
        ? described.map(({ name, data }) => ({ filename: name, ...data }))
        : Object.fromEntries(described.map(({ name, data }) => [name, data])),
    meta,
  };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

function describeTag({ name, from, to, direction = "forward", plays = 0 }: FrameTag) {
  // Aseprite writes how often a run is played as a string, and leaves it out for ever.
  return { name, from, to, direction, ...(plays > 0 && { repeat: String(plays) }) };
}

/** What an atlas file says: the frames and tags in its order, and the sheet's file name if it has one. */
export type AtlasFile = {
  readonly frames: readonly AtlasFrame[];
  readonly image?: string;
  readonly tags?: readonly FrameTag[];
};

/**
 * Reads an atlas's JSON: frames as a hash or an array, as Aseprite, TexturePacker and this program write them. A frame
 * without sourceSize counts as untrimmed. Throws PixelsError; `file` stands in its message.
 */
export function parseAtlasFile(text: string, file: string): AtlasFile {
  const refuse = (reason: string, frame?: string): never => {
    throw new PixelsError(
      `Cannot read the atlas ${file}: ${reason}; give the JSON of Aseprite or TexturePacker (hash or array)`,
      { code: "invalid-atlas", ...(frame !== undefined && { frame }) },
    );
  };
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return refuse("it is no JSON");
  }
  if (!isRecord(root) || typeof root.frames !== "object" || root.frames === null) return refuse("it has no frames");
  const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(root.frames)
    ? root.frames.map((entry) => [isRecord(entry) ? entry.filename : undefined, entry])
    : Object.entries(root.frames);
  if (entries.length === 0) return refuse("it has 0 frames");
  const frames = entries.map(([name, entry], index) => {
    if (typeof name !== "string") return refuse(`frame ${index + 1} has no filename`);
    return (
      parseFrame(name, entry) ?? refuse(`the frame ${JSON.stringify(name.slice(0, 80))} has no usable sizes`, name)
    );
  });
  const image = isRecord(root.meta) && typeof root.meta.image === "string" ? root.meta.image : undefined;
  const frameTags = isRecord(root.meta) && Array.isArray(root.meta.frameTags) ? root.meta.frameTags : [];
  const tags = frameTags.map(
    (tag, index) => parseTag(tag, frames.length) ?? refuse(`frame tag ${index + 1} names no frames that it has`),
  );
  return { frames, ...(image !== undefined && { image }), ...(tags.length > 0 && { tags }) };
}

function parseTag(tag: unknown, frameCount: number): FrameTag | undefined {
  if (!isRecord(tag) || typeof tag.name !== "string" || !isPixels(tag.from, 0) || !isPixels(tag.to, tag.from))
    return undefined;
  if (tag.to >= frameCount) return undefined;
  const direction = frameDirections.find((known) => known === tag.direction) ?? "forward";
  const plays = Number(tag.repeat ?? 0);
  return {
    name: tag.name,
    from: tag.from,
    to: tag.to,
    direction,
    plays: Number.isInteger(plays) && plays > 0 ? plays : 0,
  };
}

function parseFrame(name: string, entry: unknown): AtlasFrame | undefined {
  if (!isRecord(entry)) return undefined;
  const place = areaOf(entry.frame);
  if (place === undefined) return undefined;
  const isRotated = entry.rotated === true;
  const offset = entry.spriteSourceSize === undefined ? { x: 0, y: 0 } : pointOf(entry.spriteSourceSize);
  const source = entry.sourceSize === undefined ? { w: place.w, h: place.h } : sizeOf(entry.sourceSize);
  if (offset === undefined || source === undefined) return undefined;
  const duration = entry.duration;
  return {
    name,
    x: place.x,
    y: place.y,
    width: place.w,
    height: place.h,
    offsetX: offset.x,
    offsetY: offset.y,
    sourceWidth: source.w,
    sourceHeight: source.h,
    ...(isRotated && { isRotated }),
    ...(typeof duration === "number" && duration > 0 && { durationMs: duration }),
  };
}

function areaOf(value: unknown) {
  const point = pointOf(value);
  const size = sizeOf(value);
  return point === undefined || size === undefined ? undefined : { ...point, ...size };
}

function pointOf(value: unknown): { readonly x: number; readonly y: number } | undefined {
  if (!isRecord(value) || !isPixels(value.x, 0) || !isPixels(value.y, 0)) return undefined;
  return { x: value.x, y: value.y };
}

function sizeOf(value: unknown): { readonly w: number; readonly h: number } | undefined {
  if (!isRecord(value) || !isPixels(value.w, 1) || !isPixels(value.h, 1)) return undefined;
  return { w: value.w, h: value.h };
}

/** No side of a picture that can be read is longer. */
const mostPixels = 65_535;

function isPixels(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= mostPixels;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
