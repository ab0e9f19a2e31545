import { Unzlib } from "fflate";
import { joinBytes } from "./png-chunks.ts";

/** Compressed bytes given to the decompressor at a time: deflate expands at most about 1032-fold, so 4 KiB to 4 MiB. */
const sliceBytes = 4096;

/**
 * Decompresses zlib data of which no more than `mostBytes` are wanted; undefined when there are more, found without
 * ever holding much more than that. Damaged data throws fflate's own error.
 */
export function inflateBounded(compressed: Uint8Array, mostBytes: number): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Unzlib((part) => {
    parts.push(part);
    length += part.length;
  });
  let start = 0;
  do {
    const end = start + sliceBytes;
    stream.push(compressed.subarray(start, end), end >= compressed.length);
    if (length > mostBytes) return undefined;
    start = end;
  } while (start < compressed.length);
  return joinBytes(parts);
}
