import { crc32, deflateSync } from "node:zlib";
import { decodePng } from "#pixels";

type Written = {
  readonly width: number;
  readonly height: number;
  /** Each row with its filter. */
  readonly rows: Uint8Array;
  readonly level?: number;
  /** PNG's, 2 for RGB. */
  readonly colorType?: number;
};

/** A PNG of 8 bits a channel, compressed at `level`: 0 stores. */
export function pngOf({ width, height, rows, level = 0, colorType = 2 }: Written): Uint8Array {
  return pngAround(width, height, deflateSync(rows, { level }), colorType);
}

/** One around a finished zlib stream, whatever is in it. */
export function pngAround(width: number, height: number, stream: Uint8Array, colorType = 2): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colorType], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", stream), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + content.length);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(name, 4, "latin1");
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}

/** The pixels of a PNG as DgxPixelsPicture writes them: RGB, not compressed. */
export function storedPngOf(png: Uint8Array): Uint8Array {
  const { width, height, data } = decodePng(png);
  const rows = new Uint8Array(height * (1 + width * 3));
  for (let y = 0, to = 0; y < height; y++) {
    to++;
    for (let x = 0; x < width; x++, to += 3) rows.set(data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3), to);
  }
  return pngOf({ width, height, rows });
}
