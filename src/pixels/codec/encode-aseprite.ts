import { zlibSync } from "fflate";
import { checkAnimation, frameDirections } from "../animate/animation.ts";
import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";
import type { AsepriteCel, AsepriteDocument } from "./aseprite-document.ts";
import { joinBytes } from "./png-chunks.ts";

/**
 * Writes an .aseprite file, indexed or RGBA; equal documents give equal bytes. A cel equal to that of an earlier frame
 * is stored as a link to it. Refuses a palette of more than 256 entries for indexed pixels and colours that it lacks.
 * Source: "Aseprite File Format (.ase/.aseprite) Specifications" in Aseprite's repository, docs/ase-file-specs.md.
 */
export function encodeAseprite(document: AsepriteDocument): Uint8Array {
  check(document);
  const { width, height, durationsMs, layers, tags, palette, isIndexed } = document;
  const indexOf = new Map(palette.map((color, index) => [color, index] as const).toReversed());
  const frames = durationsMs.map((durationMs, index) => {
    const chunks: Uint8Array[] = [];
    if (index === 0) {
      chunks.push(chunk(0x2007, [u16(1), u16(0), u32(0), new Uint8Array(8)]));
      chunks.push(paletteChunk(palette));
      for (const { name, isVisible, opacity } of layers)
        chunks.push(
          // Visible and editable; a plain image layer of no group, blended normally.
          chunk(0x2004, [
            u16((isVisible ? 1 : 0) | 2),
            u16(0),
            u16(0),
            u32(0),
            u16(0),
            u8(opacity),
            zeros(3),
            text(name),
          ]),
        );
      if (tags.length > 0) chunks.push(tagsChunk(document));
    }
    for (const [layerIndex, { cels }] of layers.entries()) {
      const cel = cels[index];
      if (cel === undefined) continue;
      const earlier = cels.findIndex((other, at) => at < index && other !== undefined && areEqual(other, cel));
      chunks.push(earlier >= 0 ? linkChunk(layerIndex, cel, earlier) : celChunk(layerIndex, cel, isIndexed, indexOf));
    }
    const body = joinBytes(chunks);
    return joinBytes([
      u32(16 + body.length),
      u16(0xf1fa),
      u16(Math.min(0xffff, chunks.length)),
      u16(durationMs),
      zeros(2),
      u32(chunks.length),
      body,
    ]);
  });
  const body = joinBytes(frames);
  return joinBytes([
    u32(128 + body.length),
    u16(0xa5e0),
    u16(durationsMs.length),
    u16(width),
    u16(height),
    u16(isIndexed ? 8 : 32),
    // Layers' opacity is valid.
    u32(1),
    u16(durationsMs[0]),
    u32(0),
    u32(0),
    // The transparent entry of the palette.
    u8(0),
    zeros(3),
    u16(palette.length % 256 === 0 && isIndexed ? 0 : Math.min(palette.length, 0xffff)),
    u8(1),
    u8(1),
    zeros(4),
    u16(16),
    u16(16),
    zeros(84),
    body,
  ]);
}

function check({ width, height, durationsMs, layers, tags, palette, isIndexed }: AsepriteDocument): void {
  if (width > 65535 || height > 65535)
    throw unsupported(
      `Cannot write an .aseprite file of ${width} x ${height} pixels: it takes 65535 at most on a side`,
    );
  checkAnimation({ frames: durationsMs.map(() => createRaster(1, 1)), durationsMs, tags });
  if (isIndexed && (palette.length === 0 || palette.length > 256))
    throw unsupported(
      `Cannot write an indexed .aseprite file with a palette of ${palette.length} colors: give 1 to 256, or write RGBA`,
    );
  for (const { name, cels } of layers)
    if (cels.length !== durationsMs.length)
      throw unsupported(
        `Cannot write the layer ${JSON.stringify(name)} of ${cels.length} cels: there are ${durationsMs.length} frames`,
      );
}

function paletteChunk(palette: readonly number[]): Uint8Array {
  // A palette has an entry at least.
  const colors = palette.length === 0 ? [0x000000ff] : palette;
  return chunk(0x2019, [
    u32(colors.length),
    u32(0),
    u32(colors.length - 1),
    zeros(8),
    ...colors.flatMap((color) => [u16(0), u8(color >>> 24), u8(color >>> 16), u8(color >>> 8), u8(color)]),
  ]);
}

function tagsChunk({ tags }: AsepriteDocument): Uint8Array {
  return chunk(0x2018, [
    u16(tags.length),
    zeros(8),
    ...tags.flatMap(({ name, from, to, direction = "forward", plays = 0 }) => [
      u16(from),
      u16(to),
      u8(frameDirections.indexOf(direction)),
      u16(plays),
      zeros(6),
      // The tag's colour in Aseprite's timeline.
      zeros(3),
      zeros(1),
      text(name),
    ]),
  ]);
}

function celHead(layerIndex: number, { x, y, opacity }: AsepriteCel, type: number): Uint8Array[] {
  return [u16(layerIndex), u16(x), u16(y), u8(opacity), u16(type), u16(0), zeros(5)];
}

function linkChunk(layerIndex: number, cel: AsepriteCel, frame: number): Uint8Array {
  return chunk(0x2005, [...celHead(layerIndex, cel, 1), u16(frame)]);
}

function celChunk(
  layerIndex: number,
  cel: AsepriteCel,
  isIndexed: boolean,
  indexOf: ReadonlyMap<number, number>,
): Uint8Array {
  const { raster } = cel;
  const pixels = isIndexed ? indicesOf(raster, indexOf) : bytesOf(raster);
  return chunk(0x2005, [
    ...celHead(layerIndex, cel, 2),
    u16(raster.width),
    u16(raster.height),
    zlibSync(pixels, { level: 9 }),
  ]);
}

function indicesOf({ data }: Raster, indexOf: ReadonlyMap<number, number>): Uint8Array {
  const indices = new Uint8Array(data.length / 4);
  for (let pixel = 0; pixel < indices.length; pixel++) {
    const at = pixel * 4;
    if (data[at + 3] === 0) continue;
    const color = ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]) >>> 0;
    const index = indexOf.get(color);
    // Entry 0 is what Aseprite shows as nothing, whatever its colour.
    if (index === undefined || index === 0)
      throw unsupported(
        `Cannot write the color #${color.toString(16).padStart(8, "0")} into an indexed .aseprite file: ` +
          "its palette lacks it after the transparent first entry",
      );
    indices[pixel] = index;
  }
  return indices;
}

function bytesOf({ data }: Raster): Uint8Array {
  const bytes = Uint8Array.from(data);
  for (let at = 0; at < bytes.length; at += 4) if (bytes[at + 3] === 0) bytes.fill(0, at, at + 3);
  return bytes;
}

function areEqual(a: AsepriteCel, b: AsepriteCel): boolean {
  return (
    a.x === b.x &&
    a.y === b.y &&
    a.opacity === b.opacity &&
    a.raster.width === b.raster.width &&
    a.raster.height === b.raster.height &&
    a.raster.data.every((value, index) => value === b.raster.data[index])
  );
}

function chunk(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const data = joinBytes(parts);
  return joinBytes([u32(6 + data.length), u16(type), data]);
}

function u8(value: number): Uint8Array {
  return Uint8Array.of(value & 255);
}

/** Little-endian; negative numbers as two's complement. */
function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >> 8) & 255);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
}

function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}

function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  if (bytes.length > 0xffff)
    throw unsupported(`Cannot write a name of ${bytes.length} bytes into an .aseprite file: give 65535 at most`);
  return joinBytes([u16(bytes.length), bytes]);
}

function unsupported(message: string): PixelsError {
  return new PixelsError(message, { code: "unsupported-animation", format: "aseprite" });
}
