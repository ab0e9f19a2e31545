import * as gifenc from "gifenc";
import { type Animation, checkAnimation } from "../animate/animation.ts";
import { PixelsError } from "../pixels-error.ts";

// Node sees the package as a CommonJS module, all in its default export; a bundler takes its ES module.
const GIFEncoder = gifenc.GIFEncoder ?? gifenc.default.GIFEncoder;

export type EncodeGifOptions = {
  /** How often it is played; 0, as when absent, means for ever. */
  readonly plays?: number;
};

/**
 * Writes a GIF whose frames share one palette of exactly the colours they have, so that nothing is quantized. Delays
 * come in hundredths of a second; what rounding takes from one frame the next ones get back. Tags are not kept.
 * Refuses more than 256 colours (a transparent one counts) and partial alpha, which a GIF does not have.
 */
export function encodeGif(animation: Animation, options: EncodeGifOptions = {}): Uint8Array {
  checkAnimation(animation);
  const { frames, durationsMs } = animation;
  const { plays = 0 } = options;
  const [{ width, height }] = frames;
  if (width > 65535 || height > 65535)
    throw unsupported(`Cannot write a GIF of ${width} x ${height} pixels: it takes 65535 at most on a side`);
  const { colors, indexOf } = colorsOf(animation);
  const hasTransparency = indexOf.has(transparent);
  const encoder = GIFEncoder();
  let shownMs = 0;
  let writtenMs = 0;
  for (const [frameIndex, { data }] of frames.entries()) {
    const indices = new Uint8Array(width * height);
    for (let pixel = 0; pixel < indices.length; pixel++) indices[pixel] = indexOf.get(colorAt(data, pixel * 4)) ?? 0;
    shownMs += durationsMs[frameIndex];
    const delay = Math.max(10, Math.round((shownMs - writtenMs) / 10) * 10);
    writtenMs += delay;
    encoder.writeFrame(indices, width, height, {
      ...(frameIndex === 0 ? { palette: colors, repeat: plays === 1 ? -1 : Math.max(0, plays - 1) } : {}),
      transparent: hasTransparency,
      transparentIndex: 0,
      delay,
      colorDepth: Math.max(2, Math.ceil(Math.log2(colors.length))),
      dispose: hasTransparency ? 2 : 1,
    });
  }
  encoder.finish();
  return encoder.bytes();
}

const transparent = -1;

/** 0xrrggbb, or `transparent`. */
function colorAt(data: Uint8ClampedArray, offset: number): number {
  return data[offset + 3] === 0 ? transparent : (data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2];
}

/** The transparent entry, where there is one, is the first, and black. */
function colorsOf({ frames }: Animation) {
  const indexOf = new Map<number, number>();
  if (frames.some(({ data }) => data.some((value, index) => index % 4 === 3 && value === 0)))
    indexOf.set(transparent, 0);
  for (const { data } of frames)
    for (let offset = 0; offset < data.length; offset += 4) {
      const color = colorAt(data, offset);
      if (color !== transparent && data[offset + 3] < 255)
        throw unsupported(
          `Cannot write a GIF of a pixel with alpha ${data[offset + 3]}: make alpha 0 or 255, or write an APNG`,
        );
      if (indexOf.has(color)) continue;
      if (indexOf.size === 256)
        throw unsupported("Cannot write a GIF of more than 256 colors: reduce them, or write an APNG");
      indexOf.set(color, indexOf.size);
    }
  const colors = Array.from(indexOf.keys(), (color): [number, number, number] =>
    color === transparent ? [0, 0, 0] : [color >> 16, (color >> 8) & 255, color & 255],
  );
  return { colors, indexOf };
}

function unsupported(message: string): PixelsError {
  return new PixelsError(message, { code: "unsupported-animation", format: "gif" });
}
