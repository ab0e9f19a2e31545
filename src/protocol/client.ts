import type { ClientEvent } from "./events.ts";
import type { Params, Reply, RequestName } from "./requests.ts";

export type CallOptions = {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer, over reconnections: 10 s unless the client was made with another deadline. */
  readonly timeoutMs?: number | undefined;
};

type Call<Name extends RequestName> =
  Record<string, never> extends Params<Name>
    ? (params?: Params<Name>, options?: CallOptions) => Promise<Reply<Name>>
    : (params: Params<Name>, options?: CallOptions) => Promise<Reply<Name>>;

/**
 * What a surface asks of the daemon: a method a request (see requests.ts), and the events. In another process or in
 * this one, it behaves the same. A call rejects with a ProtocolError of one sentence, or with the signal's reason; a
 * call that was cut off is asked again on its own, which never does a thing twice.
 */
export type Client = {
  readonly [Name in Exclude<RequestName, "hello">]: Call<Name>;
} & {
  /** What the daemon said of itself when the connection was made last. */
  readonly daemon: Reply<"hello">;
  /** Hears of every event until the returned function is called. Listeners that throw are not called again. */
  readonly watch: (listener: (event: ClientEvent) => void) => () => void;
  /** Calls that wait are rejected. */
  readonly close: () => Promise<void>;
};
