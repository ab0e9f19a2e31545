import { ProtocolError } from "./protocol-error.ts";

const deepest = 32;

/**
 * Walks over MessagePack without making anything of it: whole, nothing behind it, nested 32 deep at most, maps with
 * texts as keys, and no extension types. So a decoder is never asked to allocate what a few hostile bytes promise.
 * Format: https://github.com/msgpack/msgpack/blob/master/spec.md. Throws a ProtocolError.
 */
export function checkFrame(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  function refuse(why: string): never {
    throw new ProtocolError("bad-message", `Cannot read the message: ${why}`);
  }

  function skip(count: number): number {
    const start = at;
    if (count > bytes.length - at) refuse("it ends early");
    at += count;
    return start;
  }

  function length(size: 1 | 2 | 4): number {
    const start = skip(size);
    return size === 1 ? view.getUint8(start) : size === 2 ? view.getUint16(start) : view.getUint32(start);
  }

  function items(count: number, depth: number, isMap: boolean): void {
    if (depth >= deepest) refuse(`it is nested deeper than ${deepest}`);
    // Every item takes a byte at least, so a count that cannot be true ends here, not in a long loop.
    if (count > bytes.length - at) refuse("it ends early");
    for (let item = 0; item < count; item++) {
      if (isMap) key();
      value(depth + 1);
    }
  }

  function key(): void {
    const type = bytes[skip(1)];
    if (type >= 0xa0 && type <= 0xbf) skip(type & 0x1f);
    else if (type === 0xd9) skip(length(1));
    else refuse("a key of it is not a short text");
  }

  function value(depth: number): void {
    const type = bytes[skip(1)];
    if (type <= 0x7f || type >= 0xe0) return;
    if (type <= 0x8f) return items(type & 0x0f, depth, true);
    if (type <= 0x9f) return items(type & 0x0f, depth, false);
    if (type <= 0xbf) return void skip(type & 0x1f);
    switch (type) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return;
      case 0xc4:
      case 0xd9:
        return void skip(length(1));
      case 0xc5:
      case 0xda:
        return void skip(length(2));
      case 0xc6:
      case 0xdb:
        return void skip(length(4));
      case 0xcc:
      case 0xd0:
        return void skip(1);
      case 0xcd:
      case 0xd1:
        return void skip(2);
      case 0xca:
      case 0xce:
      case 0xd2:
        return void skip(4);
      case 0xcb:
      case 0xcf:
      case 0xd3:
        return void skip(8);
      case 0xdc:
        return items(length(2), depth, false);
      case 0xdd:
        return items(length(4), depth, false);
      case 0xde:
        return items(length(2), depth, true);
      case 0xdf:
        return items(length(4), depth, true);
      default:
        refuse("it has a type that no message uses");
    }
  }

  if (bytes.length === 0) refuse("it is empty");
  value(0);
  if (at !== bytes.length) refuse("something stands behind it");
}
