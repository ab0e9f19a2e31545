import { ProtocolError } from "../protocol-error.ts";

/** Where a daemon listens: `requests` for questions, `events` for what it publishes. */
export type Endpoint =
  | { readonly kind: "ipc"; readonly path: string; readonly requests: string; readonly events: string }
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      /** Nobody outside this machine can reach it. */
      readonly isLoopback: boolean;
      readonly requests: string;
      readonly events: string;
    };

/** sun_path holds 108 bytes with its end on Linux, 104 on macOS. */
const longestPath = 103;
const eventsEnding = ".events";

/**
 * Reads `ipc:///path/to/socket` or `tcp://host:port`. Events are published beside it: at the path with `.events`
 * behind it, or at the next port. Throws a ProtocolError.
 */
export function parseEndpoint(text: string): Endpoint {
  const refuse = (why: string): never => {
    throw new ProtocolError(
      "bad-endpoint",
      `Cannot use the endpoint ${text}: ${why}; give ipc:///path/to/socket or tcp://host:port`,
    );
  };
  if (text.startsWith("ipc://")) {
    const path = text.slice("ipc://".length);
    if (!path.startsWith("/")) return refuse("the path must be absolute");
    const length = Buffer.byteLength(path + eventsEnding);
    if (length > longestPath)
      return refuse(
        `sockets have paths of at most ${longestPath - eventsEnding.length} bytes, and this has ${length - eventsEnding.length}`,
      );
    return { kind: "ipc", path, requests: text, events: text + eventsEnding };
  }
  const match = text.match(/^tcp:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+|\*):(\d{1,5})$/i);
  if (match === null) return refuse("it is neither");
  const [, host, digits] = match;
  const port = Number(digits);
  if (port < 1 || port > 65_534) return refuse("the port must be from 1 to 65534, since the next one is used too");
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host);
  return {
    kind: "tcp",
    host,
    port,
    isLoopback,
    requests: `tcp://${host}:${port}`,
    events: `tcp://${host}:${port + 1}`,
  };
}
