import type { Animation } from "../animate/animation.ts";
import { drawOver } from "../draw-over.ts";
import { PixelsError } from "../pixels-error.ts";
import { cloneRaster, createRaster, type Raster } from "../raster.ts";
import { decodePngPixels } from "./decode-png.ts";
import { corrupt, joinBytes, readPngChunks } from "./png-chunks.ts";
import { readPngHeader } from "./png-header.ts";

export type DecodeAnimationOptions = {
  /** Pixels that all frames may have together; 4096 * 4096 unless given. */
  readonly maxPixels?: number;
};

/**
 * Reads an animated PNG of at most 8 bits a channel as whole frames, with disposal and blending carried out, and how
 * often it plays (0: for ever). A PNG without animation is one frame. A frame without a delay is given 1 ms.
 * Source: W3C PNG specification, third edition, sections 11.3.6 and 12.
 */
export function decodeApng(
  bytes: Uint8Array,
  options: DecodeAnimationOptions = {},
): Animation & { readonly plays: number } {
  const { maxPixels = 4096 * 4096 } = options;
  const header = readPngHeader(bytes);
  const { width, height } = header;
  if (width * height * header.frames > maxPixels)
    throw new PixelsError(
      `Cannot read PNG: its ${header.frames} frames of ${width} x ${height} pixels are more than the ` +
        `${maxPixels} pixels allowed; give a smaller animation`,
      { code: "picture-too-large", width, height, maxPixels },
    );
  if (header.bitDepth === 16)
    throw new PixelsError("Cannot read PNG: it has 16 bits a channel; save it with 8", {
      code: "unsupported-png",
      feature: "16-bit",
    });
  const { stored, plte, trns, plays, isAnimated } = storedFrames(bytes);
  if (isAnimated && stored.length !== header.frames)
    throw corrupt(`it holds ${stored.length} frames, not the ${header.frames} it says`);
  const frames: Raster[] = [];
  let canvas = createRaster(width, height);
  for (const { control, compressed } of stored) {
    const { x, y } = control;
    if (control.width < 1 || control.height < 1 || x + control.width > width || y + control.height > height)
      throw corrupt(
        `a frame of ${control.width} x ${control.height} at ${x}, ${y} lies outside its ${width} x ${height}`,
      );
    const part = decodePngPixels(
      { ...header, width: control.width, height: control.height },
      plte,
      trns,
      joinBytes(compressed),
    );
    // What the frame leaves behind. Disposal "previous" of the first frame counts as "background".
    const before = control.dispose === 2 && frames.length > 0 ? cloneRaster(canvas) : undefined;
    if (control.blend === 1) drawOver(canvas, part, x, y);
    else replace(canvas, part, x, y);
    frames.push(cloneRaster(canvas));
    if (before !== undefined) canvas = before;
    else if (control.dispose !== 0) replace(canvas, createRaster(part.width, part.height), x, y);
  }
  return { frames, durationsMs: stored.map(({ control }) => control.durationMs), plays };
}

type FrameControl = {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly durationMs: number;
  /** 0 none, 1 background, 2 previous. */
  readonly dispose: number;
  /** 0 source, 1 over. */
  readonly blend: number;
};

type StoredFrame = { readonly control: FrameControl; readonly compressed: Uint8Array[] };

function storedFrames(bytes: Uint8Array) {
  const stored: StoredFrame[] = [];
  const still: Uint8Array[] = [];
  let plte: Uint8Array | undefined;
  let trns: Uint8Array | undefined;
  let plays: number | undefined;
  for (const { type, data } of readPngChunks(bytes)) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (type === "PLTE") plte = data;
    else if (type === "tRNS") trns = data;
    else if (type === "acTL" && data.length === 8) plays = view.getUint32(4);
    else if (type === "fcTL") stored.push({ control: controlOf(view), compressed: [] });
    else if (type === "IDAT") {
      still.push(data);
      stored.at(-1)?.compressed.push(data);
    } else if (type === "fdAT") {
      const frame = stored.at(-1);
      if (frame === undefined || data.length < 4) throw corrupt("it has pixels of a frame that was not announced");
      frame.compressed.push(data.subarray(4));
    }
  }
  if (plays !== undefined) return { stored, plte, trns, plays, isAnimated: true };
  const { width, height } = readPngHeader(bytes);
  const control = { width, height, x: 0, y: 0, durationMs: 1, dispose: 0, blend: 0 };
  return { stored: [{ control, compressed: still }], plte, trns, plays: 0, isAnimated: false };
}

function controlOf(view: DataView): FrameControl {
  if (view.byteLength !== 26) throw corrupt(`a chunk fcTL has ${view.byteLength} bytes, not 26`);
  const numerator = view.getUint16(20);
  // A denominator of 0 means hundredths of a second.
  const denominator = view.getUint16(22) || 100;
  return {
    width: view.getUint32(4),
    height: view.getUint32(8),
    x: view.getUint32(12),
    y: view.getUint32(16),
    durationMs: Math.min(65535, Math.max(1, Math.round((numerator * 1000) / denominator))),
    dispose: view.getUint8(24),
    blend: view.getUint8(25),
  };
}

/** The part, transparent pixels too, takes the place of what is there. */
function replace(canvas: Raster, part: Raster, left: number, top: number): void {
  for (let y = 0; y < part.height; y++)
    canvas.data.set(
      part.data.subarray(y * part.width * 4, (y + 1) * part.width * 4),
      ((top + y) * canvas.width + left) * 4,
    );
}
