import { Unzlib } from "fflate";

/**
 * Compressed bytes given to the decompressor at a time. Deflate expands at most about 1032-fold, so that 4 KiB may become
 * 4 MiB; larger slices are faster, and where much is wanted as much may be held: 16 times that.
 */
const sliceBytes = (mostBytes: number) => Math.min(65_536, Math.max(4096, mostBytes >> 6));

/**
 * Decompresses zlib data of which no more than `mostBytes` are wanted; undefined when there are more, found before all of
 * it is decompressed. Damaged data throws fflate's own error.
 */
export function inflateBounded(compressed: Uint8Array, mostBytes: number): Uint8Array | undefined {
  const bytes = new Uint8Array(mostBytes);
  let length = 0;
  const stream = new Unzlib((part) => {
    if (length + part.length <= mostBytes) bytes.set(part, length);
    length += part.length;
  });
  const step = sliceBytes(mostBytes);
  let start = 0;
  do {
    const end = start + step;
    stream.push(compressed.subarray(start, end), end >= compressed.length);
    if (length > mostBytes) return undefined;
    start = end;
  } while (start < compressed.length);
  return bytes.subarray(0, length);
}
