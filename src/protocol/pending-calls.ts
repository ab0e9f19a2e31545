import type { CallOptions } from "./client.ts";
import { ProtocolError } from "./protocol-error.ts";

export type PendingCall = {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
};

export const defaultTimeoutMs = 10_000;

/** Calls that wait for their answer: each ends by that, by its signal, by its deadline, or all together. */
export function createPendingCalls(endpoint: string) {
  const open = new Set<PendingCall["reject"]>();
  return {
    begin(name: string, { signal, timeoutMs = defaultTimeoutMs }: CallOptions): PendingCall {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const settled = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        open.delete(fail);
      };
      const fail = (error: Error) => {
        settled();
        reject(error);
      };
      const abort = () => fail(signal?.reason as Error);
      const timer = setTimeout(() => {
        fail(
          new ProtocolError(
            "unreachable",
            `Cannot hear from the daemon at ${endpoint}: no answer to ${name} in ${timeoutMs / 1000} s; ` +
              "see whether it runs, and start it with dgx-pixels worker",
          ),
        );
      }, timeoutMs);
      signal?.addEventListener("abort", abort, { once: true });
      open.add(fail);
      return {
        promise,
        resolve(value) {
          settled();
          resolve(value);
        },
        reject: fail,
      };
    },
    rejectAll(error: Error): void {
      for (const fail of open) fail(error);
    },
  };
}
