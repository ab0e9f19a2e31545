import { zlibSync } from "fflate";
import { type Animation, checkAnimation } from "../animate/animation.ts";
import { createRaster, type Raster } from "../raster.ts";
import { crop, visibleBox } from "../trim.ts";
import { joinBytes, makePngChunk, pngSignature } from "./png-chunks.ts";
import { layOutPng, makeHeaderChunk } from "./png-rows.ts";
import { makeTextChunk, type PngText } from "./png-text.ts";

export type EncodeApngOptions = {
  /** How often it is played; 0, as when absent, means for ever. */
  readonly plays?: number;
  /** Written as iTXt chunks, before the palette and the pixels. */
  readonly text?: readonly PngText[];
};

/**
 * Writes an animated PNG: one palette for all frames, as in `encodePng`, and of every frame after the first only the
 * rectangle that changes. Equal pixels give equal bytes; a viewer that knows no animation shows the first frame. Tags
 * are not kept. Source: W3C PNG specification, third edition, sections 11.3.6 and 12.
 */
export function encodeApng(animation: Animation, options: EncodeApngOptions = {}): Uint8Array {
  checkAnimation(animation);
  const { frames, durationsMs } = animation;
  const { plays = 0, text = [] } = options;
  const [{ width, height }] = frames;
  const layout = layOutPng(frames);
  const parts = [
    pngSignature,
    makeHeaderChunk(width, height, layout),
    makePngChunk("acTL", bigEndian([frames.length, 4], [plays, 4])),
    ...text.map(makeTextChunk),
    ...layout.paletteChunks,
  ];
  let sequence = 0;
  for (const [index, frame] of frames.entries()) {
    const part = index === 0 ? { x: 0, y: 0, raster: frame } : changedPart(frames[index - 1], frame);
    const compressed = zlibSync(layout.rowsOf(part.raster), { level: 9 });
    const control = bigEndian(
      [sequence++, 4],
      [part.raster.width, 4],
      [part.raster.height, 4],
      [part.x, 4],
      [part.y, 4],
      [durationsMs[index], 2],
      [1000, 2],
      // Disposal "none" and blending "source": the rectangle takes the place of what was there.
      [0, 1],
      [0, 1],
    );
    parts.push(makePngChunk("fcTL", control));
    parts.push(
      index === 0
        ? makePngChunk("IDAT", compressed)
        : makePngChunk("fdAT", joinBytes([bigEndian([sequence++, 4]), compressed])),
    );
  }
  parts.push(makePngChunk("IEND", new Uint8Array(0)));
  return joinBytes(parts);
}

type Placed = { readonly x: number; readonly y: number; readonly raster: Raster };

function bigEndian(...fields: readonly (readonly [value: number, bytes: 1 | 2 | 4])[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([value, bytes]) =>
      Array.from({ length: bytes }, (_, index) => (value >>> (8 * (bytes - 1 - index))) & 255),
    ),
  );
}

/** The smallest rectangle outside which both frames are alike; one pixel when they do not differ at all. */
function changedPart(before: Raster, after: Raster): Placed {
  const changes = createRaster(after.width, after.height);
  for (let at = 0; at < after.data.length; at += 4) {
    const alpha = after.data[at + 3];
    const isAlike =
      alpha === before.data[at + 3] &&
      (alpha === 0 ||
        (after.data[at] === before.data[at] &&
          after.data[at + 1] === before.data[at + 1] &&
          after.data[at + 2] === before.data[at + 2]));
    if (!isAlike) changes.data[at + 3] = 255;
  }
  const box = visibleBox(changes) ?? { x: 0, y: 0, width: 1, height: 1 };
  return { x: box.x, y: box.y, raster: crop(after, box) };
}
