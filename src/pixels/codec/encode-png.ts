import { zlibSync } from "fflate";
import type { Raster } from "../raster.ts";
import { joinBytes, makePngChunk, pngSignature } from "./png-chunks.ts";
import { layOutPng, makeHeaderChunk } from "./png-rows.ts";
import { makeTextChunk, type PngText } from "./png-text.ts";

export type EncodePngOptions = {
  /** Written as iTXt chunks, before the palette and the pixels. */
  readonly text?: readonly PngText[];
};

/**
 * Writes a PNG; equal pixels and texts give equal bytes. With at most 256 different colours it is indexed, in 1, 2, 4
 * or 8 bits, the transparent entry first; otherwise RGBA. Fully transparent pixels are written as transparent black.
 */
export function encodePng(raster: Raster, options: EncodePngOptions = {}): Uint8Array {
  const layout = layOutPng([raster]);
  return joinBytes([
    pngSignature,
    makeHeaderChunk(raster.width, raster.height, layout),
    ...(options.text ?? []).map(makeTextChunk),
    ...layout.paletteChunks,
    makePngChunk("IDAT", zlibSync(layout.rowsOf(raster), { level: 9 })),
    makePngChunk("IEND", new Uint8Array(0)),
  ]);
}
