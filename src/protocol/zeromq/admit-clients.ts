import { type Context, Reply } from "zeromq";

/**
 * Lets in only clients with one of these public keys, for all sockets of a context that have a ZAP domain. ZeroMQ asks
 * by its authentication protocol (https://rfc.zeromq.org/spec/27/); without an answer from here nobody gets in.
 */
export async function admitClients(context: Context, clients: ReadonlyMap<string, string>): Promise<() => void> {
  const socket = new Reply({ context, linger: 0 });
  await socket.bind("inproc://zeromq.zap.01");
  void (async () => {
    for await (const [version, request, , , , mechanism, key] of socket) {
      const name = String(mechanism) === "CURVE" && key !== undefined ? clients.get(asZ85(key)) : undefined;
      const verdict = name === undefined ? ["400", "unknown key", ""] : ["200", "", name];
      await socket.send([version, request, ...verdict, ""]);
    }
  })().catch(() => {});
  return () => socket.close();
}

const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** Bytes as text (https://rfc.zeromq.org/spec/32/): four bytes are five digits to the base of 85. */
function asZ85(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    let word = bytes.readUInt32BE(at);
    let five = "";
    for (let digit = 0; digit < 5; digit++) {
      five = digits[word % 85] + five;
      word = Math.floor(word / 85);
    }
    text += five;
  }
  return text;
}
