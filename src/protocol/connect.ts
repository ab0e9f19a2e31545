import type { Client } from "./client.ts";

export type ConnectOptions = {
  /** `ipc:///path/to/socket` or `tcp://host:port`; `dgx-pixels worker status` tells that of the daemon. */
  readonly endpoint: string;
  /** Who asks; quotas count by it. */
  readonly client?: string | undefined;
  /** A `.client.json` file of `dgx-pixels worker keys`, for a daemon that listens beyond its own machine. */
  readonly keys?: string | undefined;
  /** How long to wait for the daemon at first: 10 s by default. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** A client of a daemon in another process. Rejects with a ProtocolError when nobody answers or it may not come in. */
export async function connect({ client = "node", keys, ...options }: ConnectOptions): Promise<Client> {
  const { connectZeroMq } = await import("./zeromq/connect-zeromq.ts");
  if (keys === undefined) return connectZeroMq({ ...options, client });
  const { readClientKeys } = await import("./zeromq/keys.ts");
  return connectZeroMq({ ...options, client, keys: await readClientKeys(keys) });
}
