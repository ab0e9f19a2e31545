import { randomUUID } from "node:crypto";
import { parseBinaryMessage, parseTextMessage, type ServerMessage } from "./messages.ts";
import { orAborted } from "./or-aborted.ts";
import type { Server } from "./server.ts";

type Listener = (message: ServerMessage) => void;

/**
 * A server's socket, kept open while somebody listens. It is a help, not a truth: a message may be lost with a
 * connection, and none is sent again, so whoever listens also asks the server now and then.
 */
export type Connection = {
  /** The client id under which jobs must be submitted now, for their messages to come here. */
  readonly ready: (signal?: AbortSignal) => Promise<string>;
  /** Whether messages come in now. */
  readonly isOpen: () => boolean;
  /** How often the socket was lost since the beginning. */
  readonly losses: () => number;
  readonly listen: (job: string, listener: Listener) => () => void;
  /** Sends something, so that a socket whose other end is gone without a word breaks. */
  readonly probe: () => void;
  readonly close: () => void;
};

export type ConnectionOptions = {
  /** For the handshake. Without a socket jobs are followed by asking alone. */
  readonly handshakeMs?: number | undefined;
  readonly openSocket?: ((url: string, headers: Readonly<Record<string, string>>) => WebSocket) | undefined;
};

/** How long no new socket is tried after one was refused: jobs should not wait for a proxy that has none. */
const refusedForMs = 30_000;

type Line = { readonly client: string; readonly socket: WebSocket; readonly opened: Promise<boolean> };

export function openConnection(
  { url, headers }: Pick<Server, "url" | "headers">,
  { handshakeMs = 10_000, openSocket = defaultSocket }: ConnectionOptions = {},
): Connection {
  const listeners = new Map<string, Listener>();
  let line: Line | undefined;
  let running: string | undefined;
  let losses = 0;
  let isClosed = false;
  let refusedAtMs = Number.NEGATIVE_INFINITY;

  return {
    async ready(signal) {
      if (line === undefined && performance.now() - refusedAtMs < refusedForMs) return randomUUID();
      const current = (line ??= openLine());
      if (!(await orAborted(current.opened, signal))) refusedAtMs = performance.now();
      return current.client;
    },
    isOpen: () => line?.socket.readyState === WebSocket.OPEN,
    losses: () => losses,
    listen(job, listener) {
      listeners.set(job, listener);
      return () => listeners.delete(job);
    },
    probe() {
      if (line?.socket.readyState === WebSocket.OPEN) line.socket.send("{}");
    },
    close() {
      isClosed = true;
      line?.socket.close();
      line = undefined;
      listeners.clear();
    },
  };

  function openLine(): Line {
    // A new id each time: with the old one, the server's clean-up of the old socket could take the new one away.
    const client = randomUUID();
    const socket = openSocket(`${url.replace(/^http/, "ws")}/ws?clientId=${client}`, headers);
    socket.binaryType = "arraybuffer";
    const opened = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => socket.close(), handshakeMs);
      socket.addEventListener("open", () => {
        clearTimeout(timer);
        // Must be the first message, for previews that say whose they are.
        socket.send(JSON.stringify({ type: "feature_flags", data: { supports_preview_metadata: true } }));
        resolve(true);
      });
      socket.addEventListener("close", () => {
        clearTimeout(timer);
        resolve(false);
        if (line?.socket !== socket) return;
        line = undefined;
        if (!isClosed) losses++;
      });
    });
    socket.addEventListener("error", () => socket.close());
    socket.addEventListener("message", ({ data }) => receive(data));
    return { client, socket, opened };
  }

  function receive(data: unknown): void {
    const message =
      typeof data === "string"
        ? parseTextMessage(data)
        : data instanceof ArrayBuffer
          ? parseBinaryMessage(new Uint8Array(data))
          : undefined;
    if (message === undefined) return;
    if (message.kind !== "preview") running = message.job;
    // An old server's preview belongs to the job that it runs, of which there is one at a time.
    const job = message.job ?? running;
    if (job !== undefined) listeners.get(job)?.(message);
  }
}

/** Node's own socket; it takes headers, which browsers' do not. */
function defaultSocket(url: string, headers: Readonly<Record<string, string>>): WebSocket {
  return new WebSocket(url, { headers });
}
