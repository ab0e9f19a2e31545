import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";
import { inflateBounded } from "./inflate-bounded.ts";
import { corrupt, joinBytes, readPngChunks } from "./png-chunks.ts";
import { type PngColorType, type PngHeader, readPngHeader } from "./png-header.ts";

export type DecodePngOptions = {
  /** Pixels that a picture may have at most; 4096 * 4096 unless given. */
  readonly maxPixels?: number;
};

/**
 * Reads any PNG of at most 8 bits a channel, interlaced or not, with its exact bytes of colour and straight alpha
 * (colour profiles and gamma are left alone). Refuses 16-bit, animated and oversized ones before it takes memory for
 * them. Source: W3C PNG specification, third edition, sections 7 to 11.
 */
export function decodePng(bytes: Uint8Array, options: DecodePngOptions = {}): Raster {
  const { maxPixels = 4096 * 4096 } = options;
  const header = readPngHeader(bytes);
  checkSupported(header, maxPixels);
  let plte: Uint8Array | undefined;
  let trns: Uint8Array | undefined;
  const compressed: Uint8Array[] = [];
  for (const { type, data } of readPngChunks(bytes)) {
    if (type === "PLTE") plte = data;
    else if (type === "tRNS") trns = data;
    else if (type === "IDAT") compressed.push(data);
  }
  return decodePngPixels(header, plte, trns, joinBytes(compressed));
}

/** The pixels of one picture from its compressed rows; of an animation's frame with the frame's size in `header`. */
export function decodePngPixels(
  header: PngHeader,
  plte: Uint8Array | undefined,
  trns: Uint8Array | undefined,
  compressed: Uint8Array,
): Raster {
  const passes = passesOf(header);
  const rows = inflateRows(compressed, passes);
  const raster = createRaster(header.width, header.height);
  const write = pixelWriterFor(header, plte, trns, raster.data);
  let offset = 0;
  for (const pass of passes) {
    unfilterRows(rows, offset, pass, Math.max(1, (channelsOf[header.colorType] * header.bitDepth) >> 3));
    offset = writePass(rows, offset, pass, header, raster.data, write);
  }
  return raster;
}

const channelsOf: Readonly<Record<PngColorType, number>> = {
  grayscale: 1,
  rgb: 3,
  indexed: 1,
  "grayscale-alpha": 2,
  rgba: 4,
};

function checkSupported({ width, height, bitDepth, frames }: PngHeader, maxPixels: number): void {
  if (width * height > maxPixels) {
    throw new PixelsError(
      `Cannot read PNG: it is ${width} x ${height} pixels, more than the ${maxPixels} allowed; give a smaller picture`,
      { code: "picture-too-large", width, height, maxPixels },
    );
  }
  if (bitDepth === 16) {
    throw new PixelsError("Cannot read PNG: it has 16 bits a channel; save it with 8", {
      code: "unsupported-png",
      feature: "16-bit",
    });
  }
  if (frames > 1) {
    throw new PixelsError(`Cannot read PNG: it is animated, with ${frames} frames; save the one you want by itself`, {
      code: "unsupported-png",
      feature: "animated",
    });
  }
}

/** A grid of pixels stored together: every `dx`-th column from `x0` on, every `dy`-th row from `y0` on. */
type Pass = {
  readonly x0: number;
  readonly y0: number;
  readonly dx: number;
  readonly dy: number;
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a row without its filter byte. */
  readonly rowBytes: number;
};

/** Adam7: x0, y0, dx, dy of each pass. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf({ width, height, bitDepth, colorType, interlaced }: PngHeader): Pass[] {
  const grids = interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  return grids
    .map(([x0, y0, dx, dy]) => {
      const columns = Math.ceil((width - x0) / dx);
      const rows = Math.ceil((height - y0) / dy);
      return { x0, y0, dx, dy, columns, rows, rowBytes: Math.ceil((columns * channelsOf[colorType] * bitDepth) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

function inflateRows(compressed: Uint8Array, passes: readonly Pass[]): Uint8Array {
  const expected = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
  let rows: Uint8Array | undefined;
  try {
    rows = inflateBounded(compressed, expected);
  } catch (cause) {
    throw corrupt("its pixels cannot be decompressed", { cause });
  }
  if (rows === undefined) throw corrupt(`it holds more than the ${expected} bytes of pixels that its header says`);
  if (rows.length < expected)
    throw corrupt(`it holds ${rows.length} bytes of pixels, not the ${expected} its header says`);
  return rows;
}

/** Undoes the filters of one pass in place (section 9). `step` is the distance in bytes to the pixel at the left. */
function unfilterRows(bytes: Uint8Array, offset: number, { rows, rowBytes }: Pass, step: number): void {
  for (let row = 0; row < rows; row++) {
    const start = offset + row * (rowBytes + 1) + 1;
    const filter = bytes[start - 1];
    const above = start - rowBytes - 1;
    if (filter > 4) throw corrupt(`it uses the unknown filter ${filter}`);
    if (row === 0) unfilterFirstRow(bytes, filter, start, start + rowBytes, step);
    else unfilters[filter](bytes, start, start + rowBytes, above - start, step);
  }
}

/** Above the first row all is 0: the mean is half of the left, and Paeth's choice the left. */
function unfilterFirstRow(bytes: Uint8Array, filter: number, start: number, end: number, step: number): void {
  const halved = filter === 3 ? 1 : 0;
  if (filter === 1 || filter > 2) for (let at = start + step; at < end; at++) bytes[at] += bytes[at - step] >> halved;
}

/** By the number of the filter, for a row with one above it; `up` is how far that one is away, below 0. */
const unfilters: readonly ((bytes: Uint8Array, start: number, end: number, up: number, step: number) => void)[] = [
  () => {},
  function sub(bytes, start, end, _up, step) {
    for (let at = start + step; at < end; at++) bytes[at] += bytes[at - step];
  },
  function up(bytes, start, end, up) {
    for (let at = start; at < end; at++) bytes[at] += bytes[at + up];
  },
  function average(bytes, start, end, up, step) {
    const first = Math.min(end, start + step);
    for (let at = start; at < first; at++) bytes[at] += bytes[at + up] >> 1;
    for (let at = first; at < end; at++) bytes[at] += (bytes[at - step] + bytes[at + up]) >> 1;
  },
  function paeth(bytes, start, end, up, step) {
    const first = Math.min(end, start + step);
    for (let at = start; at < first; at++) bytes[at] += bytes[at + up];
    for (let at = first; at < end; at++) {
      const left = bytes[at - step];
      const above = bytes[at + up];
      const corner = bytes[at + up - step];
      // The distances of left + above - corner to each of the three.
      const toLeft = Math.abs(above - corner);
      const toAbove = Math.abs(left - corner);
      const toCorner = Math.abs(left + above - 2 * corner);
      bytes[at] += toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
  },
];

/** Takes the place of a pixel's first byte in the rows, its bit there, and the place of its four bytes in the raster. */
type PixelWriter = (rows: Uint8Array, source: number, bit: number, target: number) => void;

/** Returns where the next pass begins. */
function writePass(
  rows: Uint8Array,
  offset: number,
  pass: Pass,
  header: PngHeader,
  data: Uint8ClampedArray,
  write: PixelWriter,
): number {
  // Rows that are as a raster has them.
  const isRaster = header.colorType === "rgba" && !header.interlaced;
  const bitsPerPixel = channelsOf[header.colorType] * header.bitDepth;
  let rowStart = offset + 1;
  for (let row = 0; row < pass.rows; row++) {
    if (isRaster) {
      data.set(rows.subarray(rowStart, rowStart + pass.rowBytes), row * pass.rowBytes);
      rowStart += pass.rowBytes + 1;
      continue;
    }
    let target = ((pass.y0 + row * pass.dy) * header.width + pass.x0) * 4;
    for (let column = 0; column < pass.columns; column++) {
      const bit = column * bitsPerPixel;
      write(rows, rowStart + Math.floor(bit / 8), bit & 7, target);
      target += pass.dx * 4;
    }
    rowStart += pass.rowBytes + 1;
  }
  return rowStart - 1;
}

function pixelWriterFor(
  { bitDepth, colorType }: PngHeader,
  plte: Uint8Array | undefined,
  trns: Uint8Array | undefined,
  data: Uint8ClampedArray,
): PixelWriter {
  const put = (target: number, red: number, green: number, blue: number, alpha: number) => {
    data[target] = red;
    data[target + 1] = green;
    data[target + 2] = blue;
    data[target + 3] = alpha;
  };
  const mask = (1 << bitDepth) - 1;
  const sample = (rows: Uint8Array, source: number, bit: number) => (rows[source] >> (8 - bitDepth - bit)) & mask;
  switch (colorType) {
    case "grayscale": {
      const transparent = trns?.[1] ?? -1;
      const scale = 255 / mask;
      return (rows, source, bit, target) => {
        const value = sample(rows, source, bit);
        put(target, value * scale, value * scale, value * scale, value === transparent ? 0 : 255);
      };
    }
    case "indexed": {
      if (plte === undefined) throw corrupt("it has no palette (no chunk PLTE)");
      return (rows, source, bit, target) => {
        const index = sample(rows, source, bit);
        if (index * 3 + 2 >= plte.length) {
          throw corrupt(`a pixel has color ${index} of a palette of ${Math.floor(plte.length / 3)}`);
        }
        put(target, plte[index * 3], plte[index * 3 + 1], plte[index * 3 + 2], trns?.[index] ?? 255);
      };
    }
    case "rgb": {
      const [, red, , green, , blue] = trns ?? [];
      return (rows, source, _bit, target) => {
        const isTransparent = rows[source] === red && rows[source + 1] === green && rows[source + 2] === blue;
        put(target, rows[source], rows[source + 1], rows[source + 2], isTransparent ? 0 : 255);
      };
    }
    case "grayscale-alpha":
      return (rows, source, _bit, target) => put(target, rows[source], rows[source], rows[source], rows[source + 1]);
    case "rgba":
      return (rows, source, _bit, target) =>
        put(target, rows[source], rows[source + 1], rows[source + 2], rows[source + 3]);
  }
}
