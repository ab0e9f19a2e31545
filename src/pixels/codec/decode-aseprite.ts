import { type FrameTag, frameDirections } from "../animate/animation.ts";
import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";
import type { AsepriteCel, AsepriteDocument, AsepriteLayer } from "./aseprite-document.ts";
import type { DecodeAnimationOptions } from "./decode-apng.ts";
import { inflateBounded } from "./inflate-bounded.ts";

/**
 * Reads an .aseprite or .ase file: RGBA, grey or indexed, with layers, groups, linked cels, palette and tags. Refuses
 * with a PixelsError what is damaged, too large, or cannot be shown as it is meant: visible tilemaps and visible layers
 * that are not blended normally. Slices, user data and colour profiles are passed over.
 * Source: "Aseprite File Format (.ase/.aseprite) Specifications" in Aseprite's repository, docs/ase-file-specs.md.
 */
export function decodeAseprite(bytes: Uint8Array, options: DecodeAnimationOptions = {}): AsepriteDocument {
  const { maxPixels = 4096 * 4096 } = options;
  const file = new Reader(bytes, 0, bytes.length);
  file.skip(4);
  if (file.u16() !== 0xa5e0) throw invalid("it does not start as an .aseprite file does; give one saved by Aseprite");
  const frameCount = file.u16();
  const width = file.u16();
  const height = file.u16();
  const depth = file.u16();
  const layerOpacityIsValid = (file.u32() & 1) === 1;
  file.skip(10);
  const transparentIndex = file.u8();
  if (width === 0 || height === 0 || frameCount === 0)
    throw invalid(`it says ${frameCount} frames of ${width} x ${height} pixels`);
  if (depth !== 8 && depth !== 16 && depth !== 32) throw invalid(`it says ${depth} bits a pixel`);
  if (width * height * frameCount > maxPixels) throw tooLarge(width, height, frameCount, maxPixels);
  file.seek(128);

  const durationsMs: number[] = [];
  const palette: number[] = [];
  const tags: FrameTag[] = [];
  const layers: StoredLayer[] = [];
  const cels: StoredCel[] = [];
  let hasNewPalette = false;
  // All cels together may be some times as large as what is seen of them.
  let pixelsLeft = maxPixels * 4;
  for (let frame = 0; frame < frameCount; frame++) {
    const start = file.offset;
    const length = file.u32();
    if (file.u16() !== 0xf1fa) throw invalid(`frame ${frame + 1} does not start as a frame does`);
    const oldCount = file.u16();
    durationsMs.push(Math.max(1, file.u16()));
    file.skip(2);
    const chunkCount = file.u32() || oldCount;
    const frameEnd = start + length;
    for (let index = 0; index < chunkCount; index++) {
      const chunkStart = file.offset;
      const size = file.u32();
      const type = file.u16();
      if (size < 6 || chunkStart + size > Math.min(frameEnd, bytes.length))
        throw invalid(`a part of frame ${frame + 1} is longer than the frame`);
      const chunk = new Reader(bytes, file.offset, chunkStart + size);
      if (type === 0x2019) {
        hasNewPalette = true;
        readPalette(chunk, palette);
      } else if ((type === 0x0004 || type === 0x0011) && !hasNewPalette)
        readOldPalette(chunk, palette, type === 0x0011);
      else if (type === 0x2004) layers.push(readLayer(chunk, layerOpacityIsValid));
      else if (type === 0x2018) tags.push(...readTags(chunk, frameCount));
      else if (type === 0x2005) {
        const cel = readCel(chunk, frame, depth, pixelsLeft);
        if (cel.pixels !== undefined) pixelsLeft -= cel.width * cel.height;
        cels.push(cel);
      }
      file.seek(chunkStart + size);
    }
    file.seek(frameEnd);
  }
  const isIndexed = depth === 8;
  const rasterOf = rasterReader(depth, palette, transparentIndex);
  return {
    width,
    height,
    durationsMs,
    tags,
    palette,
    isIndexed,
    layers: assembleLayers(layers, cels, frameCount, rasterOf),
  };
}

type StoredLayer = {
  readonly name: string;
  readonly isVisible: boolean;
  readonly isBackground: boolean;
  readonly opacity: number;
  readonly kind: "image" | "group" | "tilemap";
  readonly level: number;
  readonly isBlendedNormally: boolean;
};

type StoredCel = {
  readonly frame: number;
  readonly layer: number;
  readonly x: number;
  readonly y: number;
  readonly opacity: number;
  readonly width: number;
  readonly height: number;
  readonly pixels?: Uint8Array;
  readonly link?: number;
};

function readLayer(chunk: Reader, opacityIsValid: boolean): StoredLayer {
  const flags = chunk.u16();
  const type = chunk.u16();
  const level = chunk.u16();
  chunk.skip(4);
  const blendMode = chunk.u16();
  const opacity = chunk.u8();
  chunk.skip(3);
  return {
    name: chunk.text(),
    // A reference layer (64) is there to draw after, not part of the picture.
    isVisible: (flags & 1) === 1 && (flags & 64) === 0,
    isBackground: (flags & 8) === 8,
    opacity: opacityIsValid && type !== 1 ? opacity : 255,
    kind: type === 1 ? "group" : type === 2 ? "tilemap" : "image",
    level,
    isBlendedNormally: blendMode === 0,
  };
}

function readCel(chunk: Reader, frame: number, depth: number, mostPixels: number): StoredCel {
  const layer = chunk.u16();
  const place = { x: chunk.i16(), y: chunk.i16(), opacity: chunk.u8() };
  const type = chunk.u16();
  chunk.skip(7);
  const head = { frame, layer, ...place };
  if (type === 1) return { ...head, width: 0, height: 0, link: chunk.u16() };
  if (type !== 0 && type !== 2) return { ...head, width: 0, height: 0 };
  const width = chunk.u16();
  const height = chunk.u16();
  if (width * height > mostPixels) throw tooLarge(width, height, 1, mostPixels);
  const expected = (width * height * depth) / 8;
  const stored = chunk.rest();
  let pixels: Uint8Array | undefined;
  try {
    pixels = type === 0 ? stored : inflateBounded(stored, expected);
  } catch (cause) {
    throw invalid(`the pixels of frame ${frame + 1} cannot be decompressed`, { cause });
  }
  if (pixels === undefined || pixels.length < expected)
    throw invalid(`a cel of frame ${frame + 1} does not hold the ${width} x ${height} pixels it says`);
  return { ...head, width, height, pixels };
}

function readPalette(chunk: Reader, palette: number[]): void {
  chunk.skip(4);
  const first = chunk.u32();
  const last = chunk.u32();
  chunk.skip(8);
  if (last < first || last > 65535) throw invalid(`its palette says entries ${first} to ${last}`);
  while (palette.length < first) palette.push(0x000000ff);
  for (let index = first; index <= last; index++) {
    const flags = chunk.u16();
    palette[index] = ((chunk.u8() << 24) | (chunk.u8() << 16) | (chunk.u8() << 8) | chunk.u8()) >>> 0;
    if (flags & 1) chunk.text();
  }
}

/** Of old files, without alpha; `isSixBit` ones count from 0 to 63. */
function readOldPalette(chunk: Reader, palette: number[], isSixBit: boolean): void {
  const channel = () => (isSixBit ? Math.round((Math.min(63, chunk.u8()) * 255) / 63) : chunk.u8());
  const packets = chunk.u16();
  let index = 0;
  for (let packet = 0; packet < packets; packet++) {
    index += chunk.u8();
    const count = chunk.u8() || 256;
    while (palette.length < index) palette.push(0x000000ff);
    for (let entry = 0; entry < count; entry++)
      palette[index++] = ((channel() << 24) | (channel() << 16) | (channel() << 8) | 255) >>> 0;
  }
}

function readTags(chunk: Reader, frameCount: number): FrameTag[] {
  const count = chunk.u16();
  chunk.skip(8);
  return Array.from({ length: count }, () => {
    const from = chunk.u16();
    const to = chunk.u16();
    const direction = frameDirections[chunk.u8()];
    const plays = chunk.u16();
    chunk.skip(10);
    const name = chunk.text();
    if (to < from || to >= frameCount || direction === undefined)
      throw invalid(`its tag ${JSON.stringify(name)} says frames ${from} to ${to} of ${frameCount}`);
    return { name, from, to, direction, plays };
  });
}

function assembleLayers(
  stored: readonly StoredLayer[],
  cels: readonly StoredCel[],
  frameCount: number,
  rasterOf: (cel: StoredCel, isBackground: boolean) => Raster,
): AsepriteLayer[] {
  const celAt = new Map(cels.map((cel) => [`${cel.layer} ${cel.frame}`, cel]));
  // Whether the groups that are open at each level are shown.
  const groupsShown: boolean[] = [];
  const layers: AsepriteLayer[] = [];
  for (const [
    layerIndex,
    { name, isVisible, isBackground, opacity, kind, level, isBlendedNormally },
  ] of stored.entries()) {
    const isShown = isVisible && groupsShown.slice(0, level).every((shown) => shown !== false);
    groupsShown.length = Math.min(groupsShown.length, level);
    groupsShown[level] = isShown;
    if (kind === "group") continue;
    if (isShown && kind === "tilemap")
      throw unsupported(`its layer ${JSON.stringify(name)} is a tilemap; convert it to a plain layer in Aseprite`);
    if (isShown && !isBlendedNormally)
      throw unsupported(
        `its layer ${JSON.stringify(name)} is not blended normally; flatten it in Aseprite, or hide the layer`,
      );
    const drawn = new Map<StoredCel, Raster>();
    const celOf = (frame: number): AsepriteCel | undefined => {
      const cel = celAt.get(`${layerIndex} ${frame}`);
      const target = cel?.link === undefined ? cel : celAt.get(`${layerIndex} ${cel.link}`);
      if (cel === undefined || target?.pixels === undefined || target.width === 0 || target.height === 0)
        return undefined;
      const raster = drawn.get(target) ?? rasterOf(target, isBackground);
      drawn.set(target, raster);
      const { x, y, opacity } = target;
      return { x, y, opacity, raster };
    };
    layers.push({
      name,
      isVisible: isShown,
      opacity,
      cels: Array.from({ length: frameCount }, (_, frame) => celOf(frame)),
    });
  }
  return layers;
}

function rasterReader(depth: number, palette: readonly number[], transparentIndex: number) {
  return ({ width, height, pixels = new Uint8Array() }: StoredCel, isBackground: boolean): Raster => {
    const raster = createRaster(width, height);
    const { data } = raster;
    if (depth === 32) {
      data.set(pixels.subarray(0, data.length));
      return raster;
    }
    for (let pixel = 0; pixel < width * height; pixel++) {
      if (depth === 16) {
        const value = pixels[pixel * 2];
        data.set([value, value, value, pixels[pixel * 2 + 1]], pixel * 4);
        continue;
      }
      const index = pixels[pixel];
      if (index === transparentIndex && !isBackground) continue;
      const color = palette[index];
      if (color === undefined) throw invalid(`a pixel has color ${index} of a palette of ${palette.length}`);
      data.set([color >>> 24, (color >>> 16) & 255, (color >>> 8) & 255, color & 255], pixel * 4);
    }
    return raster;
  };
}

/** A part of the file, read from its start; what lies beyond its end is an error, not zeros. */
class Reader {
  offset: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = start;
    this.#end = end;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  text(): string {
    const length = this.u16();
    const start = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.offset, this.#end);
  }

  skip(count: number): void {
    this.#take(count);
  }

  seek(offset: number): void {
    if (offset > this.#end) throw invalid("it ends too early; the file is cut off, get it anew");
    this.offset = offset;
  }

  #take(count: number): number {
    const start = this.offset;
    this.seek(start + count);
    return start;
  }
}

function tooLarge(width: number, height: number, frames: number, maxPixels: number): PixelsError {
  return new PixelsError(
    `Cannot read .aseprite file: ${frames} x ${width} x ${height} pixels are more than the ${maxPixels} allowed; ` +
      "give a smaller one",
    { code: "picture-too-large", width, height, maxPixels },
  );
}

function invalid(what: string, options?: ErrorOptions): PixelsError {
  return new PixelsError(
    `Cannot read .aseprite file: ${what}`,
    { code: "invalid-animation", format: "aseprite" },
    options,
  );
}

function unsupported(what: string): PixelsError {
  return new PixelsError(`Cannot read .aseprite file: ${what}`, { code: "unsupported-animation", format: "aseprite" });
}
