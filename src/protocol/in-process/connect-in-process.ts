import type { Client } from "../client.ts";
import { clientOf, listenersOf } from "../client-of.ts";
import { createPendingCalls } from "../pending-calls.ts";
import { ProtocolError } from "../protocol-error.ts";
import type { Service } from "../service.ts";

/** A client of a service in this process: no sockets, and otherwise the same. */
export function connectInProcess(service: Service, { client = "local" }: { readonly client?: string } = {}): Client {
  const listeners = listenersOf();
  const endWatch = service.watch(listeners.tell);
  const pending = createPendingCalls("this process");
  let isClosed = false;
  const closedError = () => new ProtocolError("closed", "Cannot ask any more: the client was closed");

  return clientOf({
    daemon: () => service.daemon,
    async call(name, params, options) {
      options.signal?.throwIfAborted();
      if (isClosed) throw closedError();
      const call = pending.begin(name, options);
      service.handle(name, params, client).then(call.resolve, call.reject);
      return call.promise;
    },
    watch: listeners.add,
    async close() {
      isClosed = true;
      endWatch();
      listeners.clear();
      pending.rejectAll(closedError());
    },
  });
}
