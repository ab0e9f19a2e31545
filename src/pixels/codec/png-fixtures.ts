import { zlibSync } from "fflate";
import { joinBytes, makePngChunk, pngSignature } from "./png-chunks.ts";

/** What goes into a PNG put together by hand, for tests of what no encoder at hand would write. */
export type PngParts = {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  /** As the number in IHDR: 0 grey, 2 RGB, 3 indexed, 4 grey and alpha, 6 RGBA. */
  readonly colorType: number;
  readonly interlace?: number;
  /** Chunks between IHDR and IDAT. */
  readonly before?: readonly (readonly [type: string, data: ArrayLike<number>])[];
  /** Bytes of the rows, each with its filter byte first. */
  readonly rows: readonly number[];
};

export function buildPng({
  width,
  height,
  bitDepth,
  colorType,
  interlace = 0,
  before = [],
  rows,
}: PngParts): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([bitDepth, colorType, 0, 0, interlace], 8);
  return pngOfChunks([
    ["IHDR", header],
    ...before.map(([type, data]) => [type, Uint8Array.from(data)] as const),
    ["IDAT", zlibSync(Uint8Array.from(rows))],
    ["IEND", new Uint8Array(0)],
  ]);
}

export function pngOfChunks(chunks: readonly (readonly [type: string, data: Uint8Array])[]): Uint8Array {
  return joinBytes([pngSignature, ...chunks.map(([type, data]) => makePngChunk(type, data))]);
}
