import type { Service } from "./service.ts";

export type ServeOptions = {
  /** `ipc:///path/to/socket` or `tcp://host:port`; events are published beside it. */
  readonly endpoint: string;
  /** Folder of the keys that any address but this machine's own needs. */
  readonly keys?: string | undefined;
};

export type Server = { readonly endpoint: string; readonly close: () => Promise<void> };

/**
 * Answers requests and publishes events of a service at an endpoint, until closed. Throws a ProtocolError when it cannot
 * listen there.
 */
export async function serve(service: Service, { endpoint, keys }: ServeOptions): Promise<Server> {
  const { serveZeroMq } = await import("./zeromq/serve-zeromq.ts");
  if (keys === undefined) return serveZeroMq(service, { endpoint });
  const { readDaemonKeys } = await import("./zeromq/keys.ts");
  return serveZeroMq(service, { endpoint, keys: await readDaemonKeys(keys) });
}
