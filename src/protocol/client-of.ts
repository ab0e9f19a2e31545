import type { CallOptions, Client } from "./client.ts";
import type { ClientEvent } from "./events.ts";
import { type Reply, type RequestName, requestNames } from "./requests.ts";

export type Transport = {
  readonly daemon: () => Reply<"hello">;
  readonly call: (name: RequestName, params: unknown, options: CallOptions) => Promise<unknown>;
  readonly watch: Client["watch"];
  readonly close: () => Promise<void>;
};

/** A transport with a method for every request. */
export function clientOf({ daemon, call, watch, close }: Transport): Client {
  const methods = Object.fromEntries(
    requestNames
      .filter((name) => name !== "hello")
      .map((name) => [name, (params: unknown = {}, options: CallOptions = {}) => call(name, params, options)]),
  );
  return Object.defineProperty({ ...methods, watch, close }, "daemon", {
    get: daemon,
    enumerable: true,
  }) as unknown as Client;
}

/** Those who listen. One that throws is dropped: its trouble must not become that of the others. */
export function listenersOf() {
  const listeners = new Set<(event: ClientEvent) => void>();
  return {
    tell(event: ClientEvent): void {
      for (const listener of listeners)
        try {
          listener(event);
        } catch {
          listeners.delete(listener);
        }
    },
    add(listener: (event: ClientEvent) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear: () => listeners.clear(),
  };
}
