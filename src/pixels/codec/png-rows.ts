import type { Raster } from "../raster.ts";
import { makePngChunk } from "./png-chunks.ts";

/** How the pixels of one or more pictures are stored in a PNG. */
export type PngLayout = {
  readonly bitDepth: number;
  /** 3 indexed, 6 RGBA. */
  readonly colorType: 3 | 6;
  /** PLTE and, with transparency, tRNS; none for RGBA. */
  readonly paletteChunks: readonly Uint8Array[];
  /** The rows of a picture of which these were made, each with its filter byte, not yet compressed. */
  readonly rowsOf: (raster: Raster) => Uint8Array;
};

/**
 * Chooses the smallest layout that holds all pictures exactly: with at most 256 different colours indexed, in 1, 2, 4
 * or 8 bits, the transparent entry first; otherwise RGBA. Fully transparent pixels become transparent black.
 */
export function layOutPng(rasters: readonly Raster[]): PngLayout {
  const palette = paletteOf(rasters);
  if (palette === undefined) return { bitDepth: 8, colorType: 6, paletteChunks: [], rowsOf: rgbaRows };
  const bitDepth = bitDepthFor(palette.colors.length);
  return {
    bitDepth,
    colorType: 3,
    paletteChunks: paletteChunks(palette.colors),
    rowsOf: (raster) => indexedRows(raster, palette.indexOf, bitDepth),
  };
}

export function makeHeaderChunk(width: number, height: number, { bitDepth, colorType }: PngLayout): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = bitDepth;
  header[9] = colorType;
  return makePngChunk("IHDR", header);
}

/** Colours as 0xrrggbbaa. */
type IndexedColors = { readonly colors: readonly number[]; readonly indexOf: ReadonlyMap<number, number> };

/** Undefined beyond 256 colours. Those with transparency come first, so that tRNS is short. */
function paletteOf(rasters: readonly Raster[]): IndexedColors | undefined {
  const seen = new Set<number>();
  for (const { data } of rasters)
    for (let offset = 0; offset < data.length; offset += 4) {
      seen.add(rgbaAt(data, offset));
      if (seen.size > 256) return undefined;
    }
  const colors = [...seen].toSorted((a, b) => opacityRank(a) - opacityRank(b));
  return { colors, indexOf: new Map(colors.map((color, index) => [color, index])) };
}

/** 0 fully transparent, 1 partly, 2 opaque. */
function opacityRank(rgba: number): number {
  const alpha = rgba & 255;
  if (alpha === 0) return 0;
  return alpha < 255 ? 1 : 2;
}

function bitDepthFor(colors: number): number {
  if (colors <= 2) return 1;
  if (colors <= 4) return 2;
  return colors <= 16 ? 4 : 8;
}

function paletteChunks(colors: readonly number[]): Uint8Array[] {
  const plte = new Uint8Array(colors.length * 3);
  const alphas: number[] = [];
  for (const [index, rgba] of colors.entries()) {
    plte.set([rgba >>> 24, (rgba >>> 16) & 255, (rgba >>> 8) & 255], index * 3);
    if ((rgba & 255) !== 255) alphas.push(rgba & 255);
  }
  const chunks = [makePngChunk("PLTE", plte)];
  if (alphas.length > 0) chunks.push(makePngChunk("tRNS", Uint8Array.from(alphas)));
  return chunks;
}

/** Rows with filter 0 (none), which packs indices best. */
function indexedRows({ width, height, data }: Raster, indexOf: ReadonlyMap<number, number>, bitDepth: number) {
  const rowBytes = 1 + Math.ceil((width * bitDepth) / 8);
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const rowStart = y * rowBytes + 1;
    for (let x = 0; x < width; x++) {
      const index = indexOf.get(rgbaAt(data, (y * width + x) * 4)) ?? 0;
      const bit = x * bitDepth;
      rows[rowStart + (bit >> 3)] |= index << (8 - bitDepth - (bit & 7));
    }
  }
  return rows;
}

function rgbaRows({ width, height, data }: Raster): Uint8Array {
  const rowBytes = 1 + width * 4;
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (y * width + x) * 4;
      if (data[source + 3] === 0) continue;
      const target = y * rowBytes + 1 + x * 4;
      for (let channel = 0; channel < 4; channel++) rows[target + channel] = data[source + channel];
    }
  }
  return rows;
}

/** 0xrrggbbaa, where all fully transparent pixels are 0. */
function rgbaAt(data: Uint8ClampedArray, offset: number): number {
  if (data[offset + 3] === 0) return 0;
  return ((data[offset] << 24) | (data[offset + 1] << 16) | (data[offset + 2] << 8) | data[offset + 3]) >>> 0;
}
