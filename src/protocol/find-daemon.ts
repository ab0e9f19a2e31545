import { stat } from "node:fs/promises";
import type { Client } from "./client.ts";
import { connect, type ConnectOptions } from "./connect.ts";
import { ProtocolError } from "./protocol-error.ts";
import { parseEndpoint } from "./zeromq/endpoint.ts";
import { isListening } from "./zeromq/is-listening.ts";

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
  return (await isListening(endpoint)) ? connect(options) : undefined;
}
