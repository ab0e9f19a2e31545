import { corrupt, type PngChunk, readPngChunks } from "./png-chunks.ts";

/** What a PNG says of itself before its pixels. */
export type PngHeader = {
  readonly width: number;
  readonly height: number;
  /** Bits a channel, or a palette index: 1, 2, 4, 8 or 16. */
  readonly bitDepth: number;
  readonly colorType: PngColorType;
  readonly interlaced: boolean;
  /** Frames of an animated PNG; 1 in any other. */
  readonly frames: number;
};

export type PngColorType = "grayscale" | "rgb" | "indexed" | "grayscale-alpha" | "rgba";

const colorTypes: Readonly<Record<number, { readonly name: PngColorType; readonly bitDepths: readonly number[] }>> = {
  0: { name: "grayscale", bitDepths: [1, 2, 4, 8, 16] },
  2: { name: "rgb", bitDepths: [8, 16] },
  3: { name: "indexed", bitDepths: [1, 2, 4, 8] },
  4: { name: "grayscale-alpha", bitDepths: [8, 16] },
  6: { name: "rgba", bitDepths: [8, 16] },
};

/** Reads no further than the first chunk of pixels and decompresses none of it, so a huge picture costs nothing. */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  let header: PngHeader | undefined;
  for (const chunk of readPngChunks(bytes)) {
    if (header === undefined) header = headerOf(chunk);
    else if (chunk.type === "acTL") header = { ...header, frames: framesOf(chunk) };
    else if (chunk.type === "IDAT") return header;
  }
  throw corrupt("it has no pixels (no chunk IDAT)");
}

function headerOf({ data }: PngChunk): PngHeader {
  if (data.length !== 13) throw corrupt(`its header has ${data.length} bytes, not 13`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [bitDepth, colorTypeNumber, compression, filter, interlace] = data.subarray(8);
  const colorType = colorTypes[colorTypeNumber];
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) {
    throw corrupt(`its header says ${width} x ${height} pixels`);
  }
  if (colorType === undefined || !colorType.bitDepths.includes(bitDepth)) {
    throw corrupt(`its header says color type ${colorTypeNumber} with ${bitDepth} bits`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw corrupt(`its header asks for compression ${compression}, filter ${filter}, interlace ${interlace}`);
  }
  return { width, height, bitDepth, colorType: colorType.name, interlaced: interlace === 1, frames: 1 };
}

function framesOf({ data }: PngChunk): number {
  if (data.length !== 8) throw corrupt(`its chunk acTL has ${data.length} bytes, not 8`);
  return new DataView(data.buffer, data.byteOffset).getUint32(0);
}
