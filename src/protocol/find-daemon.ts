import { stat } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import type { Client } from "./client.ts";
import { connect, type ConnectOptions } from "./connect.ts";
import { ProtocolError } from "./protocol-error.ts";
import { parseEndpoint } from "./zeromq/endpoint.ts";

const probeMs = 2000;

/**
 * A client of the daemon at an endpoint, or undefined when none listens there, which a look at the socket tells at once.
 * One that listens and does not answer is an error, and so is a socket of this machine that belongs to another user.
 */
export async function findDaemon(options: ConnectOptions): Promise<Client | undefined> {
  const endpoint = parseEndpoint(options.endpoint);
  if (endpoint.kind === "ipc") {
    const found = await stat(endpoint.path).catch(() => undefined);
    if (found === undefined) return undefined;
    const own = process.getuid?.();
    if (own !== undefined && found.uid !== own && found.uid !== 0)
      throw new ProtocolError(
        "bad-endpoint",
        `Cannot trust the daemon at ${options.endpoint}: its socket belongs to another user; name another endpoint`,
      );
  }
  const address =
    endpoint.kind === "ipc"
      ? { path: endpoint.path }
      : { host: endpoint.host.replace(/^\[|\]$/g, ""), port: endpoint.port };
  const isListening = await new Promise<boolean>((resolve) => {
    const socket = connectSocket(address);
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(probeMs, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
  return isListening ? connect(options) : undefined;
}
