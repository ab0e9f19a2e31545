import { PixelsError } from "../pixels-error.ts";

export const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** `data` is a view on the file's bytes; the chunk as a whole lies at `start` to `end` in the file. */
export type PngChunk = {
  readonly type: string;
  readonly data: Uint8Array;
  readonly start: number;
  readonly end: number;
};

/**
 * Walks the chunks of a PNG from IHDR to IEND, with lengths and CRCs checked as each is reached. Bytes after IEND are
 * no part of the PNG. Source: W3C PNG specification, third edition, sections 5 and 13.
 */
export function* readPngChunks(bytes: Uint8Array): Generator<PngChunk, void, undefined> {
  checkSignature(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = pngSignature.length;
  for (;;) {
    if (start + 12 > bytes.length) throw truncated(bytes, start + 12);
    const end = start + 12 + view.getUint32(start);
    const type = asciiOf(bytes.subarray(start + 4, start + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw corrupt(`what should be a chunk's name at byte ${start + 4} is none`);
    if (start === pngSignature.length && type !== "IHDR") throw corrupt(`its first chunk is ${type}, not IHDR`);
    if (end > bytes.length) throw truncated(bytes, end);
    if (view.getUint32(end - 4) !== crc32(bytes, start + 4, end - 4)) {
      throw corrupt(`the checksum of chunk ${type} at byte ${start} is wrong`);
    }
    yield { type, data: bytes.subarray(start + 8, end - 4), start, end };
    if (type === "IEND") return;
    start = end;
  }
}

export function makePngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let index = 0; index < 4; index++) bytes[4 + index] = type.charCodeAt(index);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes, 4, 8 + data.length));
  return bytes;
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function corrupt(what: string, options?: ErrorOptions): PixelsError {
  return new PixelsError(
    `Cannot read PNG: ${what}; the file is damaged, get it anew`,
    { code: "invalid-png" },
    options,
  );
}

function truncated(bytes: Uint8Array, needed: number): PixelsError {
  return new PixelsError(
    `Cannot read PNG: it ends after ${bytes.length} bytes of at least ${needed}; the file is cut off, get it anew`,
    { code: "invalid-png" },
  );
}

function checkSignature(bytes: Uint8Array): void {
  const compared = Math.min(bytes.length, pngSignature.length);
  for (let index = 0; index < compared; index++) {
    if (bytes[index] !== pngSignature[index]) {
      const found = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
      throw new PixelsError(`Cannot read PNG: it starts with the bytes ${found}, as no PNG does; give a PNG file`, {
        code: "invalid-png",
      });
    }
  }
  if (bytes.length < pngSignature.length) throw truncated(bytes, pngSignature.length);
}

function asciiOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffffffff;
  for (let index = start; index < end; index++) crc = crcTable[(crc ^ bytes[index]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
