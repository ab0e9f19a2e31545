import { randomBytes } from "node:crypto";
import { Dealer, Subscriber } from "zeromq";
import type { Client } from "../client.ts";
import { clientOf, listenersOf } from "../client-of.ts";
import { eventSchema } from "../events.ts";
import { answerFrameSchema, decodeFrame, encodeFrame, eventFrameSchema, largestFrame, topics } from "../frame.ts";
import { createPendingCalls, defaultTimeoutMs, type PendingCall } from "../pending-calls.ts";
import { ProtocolError } from "../protocol-error.ts";
import { protocolVersion, type Reply, type RequestName, requests } from "../requests.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { ClientKeys } from "./keys.ts";

export type ConnectOptions = {
  readonly endpoint: string;
  /** Who asks; quotas count by it. */
  readonly client: string;
  /** For a daemon that listens beyond its own machine. */
  readonly keys?: ClientKeys | undefined;
  /** How long to wait for the daemon at first. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** A request whose answer does not come is sent again after this time: it, or its answer, may have been dropped. */
const askAgainMs = 3000;
const reconnectMs = { first: 50, most: 500 };

/**
 * Connects to a daemon and says hello. From then on the connection keeps itself: after a loss it is made again, what
 * was asked is asked again, and listeners hear that they may have missed something. Rejects with a ProtocolError when
 * nobody answers in time or the other side speaks another version.
 */
export async function connectZeroMq({
  endpoint: text,
  client,
  keys,
  timeoutMs = defaultTimeoutMs,
  signal,
}: ConnectOptions): Promise<Client> {
  signal?.throwIfAborted();
  const endpoint = parseEndpoint(text);
  const options = {
    linger: 0,
    maxMessageSize: largestFrame,
    reconnectInterval: reconnectMs.first,
    reconnectMaxInterval: reconnectMs.most,
    connectTimeout: 2000,
    // A network that swallows everything closes no connection; heartbeats notice, here and (by the time to live) there.
    heartbeatInterval: 1000,
    heartbeatTimeout: 3000,
    heartbeatTimeToLive: 10_000,
    // Nothing may stop libzmq's reading: with heartbeats it aborts the process when it reads on after a reconnection
    // (https://github.com/zeromq/libzmq/issues/3937). What it has read is taken as fast as this program runs.
    receiveHighWaterMark: 0,
    ipv6: endpoint.requests.includes("["),
    ...(keys !== undefined && {
      curveServerKey: keys.daemonKey,
      curvePublicKey: keys.publicKey,
      curveSecretKey: keys.secretKey,
    }),
  };
  const dealer = new Dealer({ ...options, immediate: true });
  const listeners = listenersOf();
  const pending = createPendingCalls(text);
  /** What has been asked and not answered, by id. */
  const asked = new Map<
    string,
    { readonly frame: Uint8Array; readonly name: RequestName; readonly call: PendingCall }
  >();
  const prefix = randomBytes(9).toString("base64url");
  let count = 0;
  let daemon: Reply<"hello"> | undefined;
  let isConnected = false;
  let refusal: ProtocolError | undefined;
  let subscriber: Subscriber | undefined;
  const send = sendLatest(dealer);

  dealer.events.on("handshake", () => {
    isConnected = true;
    for (const { frame } of asked.values()) send(frame);
    if (daemon !== undefined) void greetAgain();
  });
  dealer.events.on("disconnect", () => {
    if (isConnected && daemon !== undefined) listeners.tell({ kind: "connection", isConnected: false });
    isConnected = false;
  });
  void readAnswers();
  dealer.connect(endpoint.requests);

  function ask(name: RequestName, params: unknown, call: PendingCall): void {
    const id = `${prefix}.${++count}`;
    const frame = encodeFrame({ v: protocolVersion, id, name, client, params });
    if (frame.length > largestFrame) {
      call.reject(
        new ProtocolError(
          "too-large",
          `Cannot send a request of ${Math.ceil(frame.length / 2 ** 20)} MiB: ${largestFrame / 2 ** 20} MiB at most`,
        ),
      );
      return;
    }
    asked.set(id, { frame, name, call });
    if (isConnected) send(frame);
    const timer = setInterval(() => isConnected && send(frame), askAgainMs);
    const end = () => {
      clearInterval(timer);
      asked.delete(id);
    };
    call.promise.then(end, end);
  }

  async function greet(timeout: number, abort?: AbortSignal): Promise<void> {
    const call = pending.begin("hello", { timeoutMs: timeout, signal: abort });
    ask("hello", {}, call);
    daemon = (await call.promise) as Reply<"hello">;
  }

  async function greetAgain(): Promise<void> {
    try {
      await greet(defaultTimeoutMs);
      listeners.tell({ kind: "connection", isConnected: true });
    } catch (error) {
      if (error instanceof ProtocolError && error.code === "version") {
        refusal = error;
        pending.rejectAll(error);
      }
    }
  }

  async function readAnswers(): Promise<void> {
    await readAll(dealer, ([bytes]) => {
      const answer = answerFrameSchema.parse(decodeFrame(bytes));
      const entry = asked.get(answer.id);
      if (entry === undefined) return;
      if (answer.error !== undefined) {
        entry.call.reject(new ProtocolError(answer.error.code, answer.error.message));
        return;
      }
      if (answer.v !== protocolVersion) {
        entry.call.reject(
          new ProtocolError(
            "version",
            `Cannot talk to the daemon at ${text}: it speaks version ${answer.v} and this program version ` +
              `${protocolVersion}; update the older of the two`,
          ),
        );
        return;
      }
      const result = requests[entry.name].reply.safeParse(answer.result);
      if (result.success) entry.call.resolve(result.data);
      else
        entry.call.reject(
          new ProtocolError("bad-message", `Cannot read the daemon's answer to ${entry.name}: update dgx-pixels`, {
            cause: result.error,
          }),
        );
    });
  }

  function subscribe(): void {
    const socket = new Subscriber(options);
    subscriber = socket;
    let session = "";
    let seen = 0;
    // The welcome is asked for last: when it comes, the others stand too.
    socket.subscribe(topics.jobs, topics.progress, topics.beat, topics.welcome);
    socket.connect(endpoint.events);
    void readAll(socket, ([topic, bytes]) => {
      if (String(topic) === topics.welcome) {
        session = "";
        listeners.tell({ kind: "missed" });
        return;
      }
      const frame = eventFrameSchema.parse(decodeFrame(bytes));
      if (frame.v !== protocolVersion) return;
      if (String(topic) === topics.progress) {
        listeners.tell(eventSchema.parse(frame.event));
        return;
      }
      // The first message after a welcome says where the count stands.
      const isBeat = String(topic) === topics.beat;
      const expected = isBeat ? seen : seen + 1;
      const isGap = session === "" ? false : session !== frame.session || frame.n !== expected;
      ({ session, n: seen } = frame);
      if (isGap) listeners.tell({ kind: "missed" });
      if (!isBeat) listeners.tell(eventSchema.parse(frame.event));
    });
  }

  const close = async (error: ProtocolError) => {
    refusal ??= error;
    pending.rejectAll(refusal);
    listeners.clear();
    dealer.close();
    subscriber?.close();
  };
  const closed = () => new ProtocolError("closed", "Cannot ask any more: the client was closed");

  try {
    await greet(timeoutMs, signal);
  } catch (error) {
    await close(closed());
    if (error instanceof ProtocolError && error.code === "unreachable")
      throw new ProtocolError(
        "unreachable",
        `Cannot reach the daemon at ${text}: nobody answered in ${timeoutMs / 1000} s; start it with dgx-pixels worker`,
        { cause: error },
      );
    throw error;
  }

  return clientOf({
    daemon: () => daemon as Reply<"hello">,
    async call(name, params, callOptions) {
      callOptions.signal?.throwIfAborted();
      if (refusal !== undefined) throw refusal;
      const call = pending.begin(name, callOptions);
      ask(name, params, call);
      return call.promise;
    },
    watch(listener) {
      if (subscriber === undefined && refusal === undefined) subscribe();
      return listeners.add(listener);
    },
    close: () => close(closed()),
  });
}

/** Sends in order; what a lost connection keeps from being sent is sent again when there is one, so nothing waits. */
function sendLatest(dealer: Dealer): (frame: Uint8Array) => void {
  let waiting: Uint8Array[] = [];
  let isSending = false;
  async function run(): Promise<void> {
    isSending = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      try {
        await dealer.send(next);
      } catch {
        // The socket is closed, and its calls have been told.
      }
    isSending = false;
  }
  return (frame) => {
    // The same request is in line already: once is enough.
    if (!waiting.includes(frame)) waiting.push(frame);
    if (!isSending) void run();
  };
}

/** Reads a socket until it is closed; what cannot be read is passed over. */
async function readAll(
  socket: (Dealer | Subscriber) & AsyncIterable<Buffer[]>,
  take: (frames: Buffer[]) => void,
): Promise<void> {
  try {
    for await (const frames of socket)
      try {
        take(frames);
      } catch {
        // Not ours, or of a later version that has more than we know.
      }
  } catch (error) {
    if (!socket.closed) throw error;
  }
}
