/** What a PNG says of itself before its pixels, read without decoding. */
export type PngHeader = {
  readonly width: number;
  readonly height: number;
  /** Bits a channel: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly animated: boolean;
  /** Whether the chunks run to IEND; false: the file was cut. */
  readonly complete: boolean;
  /** The colour that means transparent in an 8-bit RGB picture without alpha. */
  readonly transparentColor?: readonly [red: number, green: number, blue: number];
};

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const colorTypeRgb = 2;

export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

/** Undefined when the bytes end, or differ from a PNG, before its size is known. */
export function readPngHeader(bytes: Uint8Array): PngHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isPng(bytes) || bytes.length < 33 || chunkName(view, 8) !== "IHDR") return undefined;
  const depth = view.getUint8(24);
  const colorType = view.getUint8(25);
  let animated = false;
  let complete = false;
  let transparentColor: PngHeader["transparentColor"];
  for (let offset = 8; offset + 12 <= bytes.length; offset += 12 + view.getUint32(offset)) {
    const name = chunkName(view, offset);
    const fits = offset + 12 + view.getUint32(offset) <= bytes.length;
    if (name === "acTL") animated = true;
    if (name === "tRNS" && fits && depth === 8 && colorType === colorTypeRgb && view.getUint32(offset) === 6)
      transparentColor = [view.getUint8(offset + 9), view.getUint8(offset + 11), view.getUint8(offset + 13)];
    if (name === "IEND" && fits) {
      complete = true;
      break;
    }
  }
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  return { ...size, depth, animated, complete, ...(transparentColor === undefined ? {} : { transparentColor }) };
}

function chunkName(view: DataView, offset: number): string {
  return String.fromCharCode(
    view.getUint8(offset + 4),
    view.getUint8(offset + 5),
    view.getUint8(offset + 6),
    view.getUint8(offset + 7),
  );
}
