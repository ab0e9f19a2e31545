import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** The server's end of one WebSocket (RFC 6455): whole text and binary messages, no extensions, no fragments. */
export type ServerSocket = {
  readonly send: (data: string | Uint8Array) => void;
  /** Goes away without a word, as with a process that is killed. */
  readonly destroy: () => void;
};

const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Answers a browser's wish to upgrade. */
export function acceptSocket(
  request: IncomingMessage,
  stream: Duplex,
  { onText, onEnd }: { readonly onText: (text: string) => void; readonly onEnd: () => void },
): ServerSocket {
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1").update(`${key}${magic}`).digest("base64");
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let received = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (let frame = takeFrame(received); frame !== undefined; frame = takeFrame(received)) {
      received = frame.rest;
      if (frame.opcode === opcodes.text) onText(frame.payload.toString("utf8"));
      else if (frame.opcode === opcodes.ping) write(opcodes.pong, frame.payload);
      else if (frame.opcode === opcodes.close) {
        write(opcodes.close, frame.payload);
        stream.end();
      }
    }
  });
  stream.on("error", () => stream.destroy());
  stream.on("close", onEnd);
  return {
    send: (data) => {
      if (typeof data === "string") write(opcodes.text, Buffer.from(data));
      else write(opcodes.binary, data);
    },
    destroy: () => stream.destroy(),
  };

  function write(opcode: number, payload: Uint8Array): void {
    if (!stream.writable) return;
    const { length } = payload;
    const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
    header[0] = 0x80 | opcode;
    if (length < 126) header[1] = length;
    else if (length < 65_536) {
      header[1] = 126;
      header.writeUInt16BE(length, 2);
    } else {
      header[1] = 127;
      header.writeBigUInt64BE(BigInt(length), 2);
    }
    stream.write(Buffer.concat([header, payload]));
  }
}

function takeFrame(
  bytes: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly rest: Buffer<ArrayBuffer> } | undefined {
  if (bytes.length < 6) return undefined;
  const short = bytes[1] & 127;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + lengthBytes + 4;
  if (bytes.length < start) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < start + length) return undefined;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let index = 0; index < length; index++) payload[index] ^= mask[index % 4];
  return { opcode: bytes[0] & 15, payload, rest: Buffer.from(bytes.subarray(start + length)) };
}
