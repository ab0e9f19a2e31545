import { chmod, mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Context, Router, type Socket, XPublisher } from "zeromq";
import type { DaemonEvent } from "../events.ts";
import {
  type AnswerFrame,
  decodeFrame,
  encodeFrame,
  largestFrame,
  requestFrameSchema,
  requestHeadSchema,
  topics,
} from "../frame.ts";
import { ProtocolError } from "../protocol-error.ts";
import { protocolVersion, readingRequests, type RequestName } from "../requests.ts";
import type { Server } from "../serve.ts";
import type { Service } from "../service.ts";
import { admitClients } from "./admit-clients.ts";
import { type Endpoint, parseEndpoint } from "./endpoint.ts";
import { isListening } from "./is-listening.ts";
import type { DaemonKeys } from "./keys.ts";
import { sendInOrder } from "./send-in-order.ts";

/** A subscriber that reads slower than this many messages behind loses some, and is told so by their numbers. */
const eventsHighWaterMark = 500;
const answersHighWaterMark = 1000;
const beatMs = 1000;
const mostRequestsAtOnce = 256;
/** Answers to requests that change something are kept this long, in number and bytes, for clients that ask again. */
const keptAnswers = { count: 4096, bytes: 32 * 2 ** 20 };

/**
 * A service on sockets, until closed. Nothing that comes in over the wire ends it. Any address but this machine's own
 * needs keys. Throws a ProtocolError when it cannot listen there.
 */
export async function serveZeroMq(
  service: Service,
  { endpoint: text, keys }: { readonly endpoint: string; readonly keys?: DaemonKeys | undefined },
): Promise<Server> {
  const endpoint = parseEndpoint(text);
  if (endpoint.kind === "tcp" && !endpoint.isLoopback && keys === undefined)
    throw new ProtocolError(
      "bad-keys",
      `Cannot listen on ${text} without keys, since others can reach it: make some with dgx-pixels worker keys, or ` +
        "listen on 127.0.0.1",
    );
  const context = new Context();
  const endAdmission = keys === undefined ? undefined : await admitClients(context, keys.clients);
  const options = {
    context,
    linger: 0,
    maxMessageSize: largestFrame,
    // Clients send heartbeats, this side none: libzmq aborts a client that reads too slowly to answer them
    // (https://github.com/zeromq/libzmq/issues/3937).
    tcpKeepalive: 1,
    tcpKeepaliveIdle: 30,
    ipv6: endpoint.requests.includes("["),
    ...(keys !== undefined && { curveServer: true, curveSecretKey: keys.secretKey, zapDomain: "dgx-pixels" }),
  };
  const router = new Router({ ...options, sendHighWaterMark: answersHighWaterMark });
  const publisher = new XPublisher({ ...options, sendHighWaterMark: eventsHighWaterMark });
  publisher.welcomeMessage = topics.welcome;
  const closeSockets = () => {
    router.close();
    publisher.close();
    endAdmission?.();
  };
  try {
    await bindBoth(router, publisher, endpoint);
  } catch (cause) {
    closeSockets();
    throw cause;
  }

  const endWatch = publish(service, publisher);
  const answering = answerRequests(service, router);

  return {
    endpoint: endpoint.requests,
    async close() {
      endWatch();
      closeSockets();
      await answering;
      if (endpoint.kind === "ipc") await removeSockets(endpoint.path);
    },
  };
}

async function bindBoth(router: Router, publisher: XPublisher, endpoint: Endpoint): Promise<void> {
  try {
    if (endpoint.kind === "ipc") {
      await preparePrivateFolder(dirname(endpoint.path));
      // libzmq takes a socket's path from whoever listens there, who would never hear of it.
      if (await isListening(endpoint))
        throw new ProtocolError(
          "bad-endpoint",
          `Cannot listen on ${endpoint.requests}: another program listens there; choose another`,
        );
    }
    await router.bind(bindable(endpoint.requests));
    await publisher.bind(bindable(endpoint.events));
    if (endpoint.kind === "ipc")
      for (const path of [endpoint.path, `${endpoint.path}.events`]) await chmod(path, 0o600);
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === "EADDRINUSE"
        ? "another program listens there"
        : code === "EACCES"
          ? "it is not allowed"
          : (code ?? message);
    throw new ProtocolError("bad-endpoint", `Cannot listen on ${endpoint.requests}: ${why}; choose another`, {
      cause,
    });
  }
}

/** Binding takes addresses, not names. */
function bindable(address: string): string {
  return address.replace("//localhost:", "//127.0.0.1:");
}

/** The folder of a socket, which only its owner may enter when it is made here. */
async function preparePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(folder);
  const isOthers = process.getuid !== undefined && uid !== process.getuid() && uid !== 0;
  const isOpenToOthers = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  if (isOthers || isOpenToOthers)
    throw new ProtocolError(
      "bad-endpoint",
      `Cannot listen in ${folder}: ${isOthers ? "it belongs to another user" : "others may write there"}; ` +
        "choose a folder of your own",
    );
}

async function removeSockets(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.events`, { force: true });
}

function publish(service: Service, publisher: XPublisher): () => void {
  const send = sendInOrder(publisher);
  const numbers = { [topics.jobs]: 0, [topics.progress]: 0 };
  let hasSubscribers = false;
  // Subscriptions must be read, or they pile up; the first and the last of a topic come through.
  void readAll(publisher, ([subscription]) => {
    if (String(subscription.subarray(1)) === topics.jobs) hasSubscribers = subscription[0] === 1;
  });
  const beat = setInterval(() => {
    if (!hasSubscribers) return;
    const { session } = service.daemon;
    send(topics.beat, encodeFrame({ v: protocolVersion, session, n: numbers[topics.jobs] }));
  }, beatMs);
  const endWatch = service.watch((event: DaemonEvent) => {
    const topic = event.kind === "progress" ? topics.progress : topics.jobs;
    const n = ++numbers[topic];
    if (!hasSubscribers) return;
    send(topic, encodeFrame({ v: protocolVersion, session: service.daemon.session, n, event }));
  });
  return () => {
    clearInterval(beat);
    endWatch();
  };
}

function answerRequests(service: Service, router: Router): Promise<void> {
  const send = sendInOrder(router);
  const kept = keepAnswers();
  const underWay = new Map<string, number>();

  return readAll(router, (frames) => {
    const [identity, ...rest] = frames;
    const client = identity.toString("hex");
    const reply = (answer: Uint8Array) => send(identity, answer);
    const refuse = (id: string, error: unknown) => reply(encodeAnswer({ v: protocolVersion, id, error: told(error) }));

    let id = "";
    try {
      if (rest.length !== 1)
        throw new ProtocolError("bad-message", `Cannot read a message of ${rest.length} parts: send one`);
      const message = decodeFrame(rest[0]);
      const head = requestHeadSchema.safeParse(message);
      if (!head.success)
        throw new ProtocolError("bad-message", "Cannot answer the message: it has no version and id at its top");
      id = head.data.id;
      if (head.data.v !== protocolVersion)
        throw new ProtocolError(
          "version",
          `Cannot answer messages of version ${head.data.v}: this daemon (${service.daemon.software}) speaks version ` +
            `${protocolVersion}; update the older of the two`,
        );
      const request = requestFrameSchema.safeParse(message);
      if (!request.success) throw new ProtocolError("bad-message", "Cannot answer the message: it is not a request");
      const { name, client: asker, params } = request.data;

      const known = kept.find(id);
      if (known !== undefined) {
        void known.then(reply);
        return;
      }
      const count = underWay.get(client) ?? 0;
      if (count >= mostRequestsAtOnce)
        throw new ProtocolError(
          "busy",
          `Cannot answer more than ${mostRequestsAtOnce} requests at once: wait for some of them`,
        );
      underWay.set(client, count + 1);
      const answer = service
        .handle(name, params, asker)
        .then(
          (result) => encodeAnswer({ v: protocolVersion, id, result }),
          (error) => encodeAnswer({ v: protocolVersion, id, error: told(error) }),
        )
        // What cannot be put into a message is a mistake of ours; the one who asked hears of it, and nobody else.
        .catch((error) => encodeAnswer({ v: protocolVersion, id, error: told(error) }))
        .finally(() => {
          const left = (underWay.get(client) ?? 1) - 1;
          if (left === 0) underWay.delete(client);
          else underWay.set(client, left);
        });
      kept.keep(id, answer, !readingRequests.has(name as RequestName));
      void answer.then(reply);
    } catch (error) {
      refuse(id, error);
    }
  });
}

function encodeAnswer(answer: AnswerFrame): Uint8Array {
  const bytes = encodeFrame(answer);
  if (bytes.length <= largestFrame) return bytes;
  const { v, id } = answer;
  const message = `Cannot send an answer of ${Math.ceil(bytes.length / 2 ** 20)} MiB: ask for less at once`;
  return encodeFrame({ v, id, error: { code: "too-large", message } });
}

function told(error: unknown): { code: string; message: string } {
  return error instanceof ProtocolError
    ? { code: error.code, message: error.message }
    : { code: "unexpected", message: `Unexpected failure of the daemon: ${(error as Error).message}` };
}

type KeptAnswer = { readonly answer: Promise<Uint8Array>; bytes: number };

/** Answers by the id of their request, the oldest forgotten first; of requests that only read, until they are given. */
function keepAnswers() {
  const answers = new Map<string, KeptAnswer>();
  let total = 0;

  function forget(id: string): void {
    total -= answers.get(id)?.bytes ?? 0;
    answers.delete(id);
  }

  return {
    find: (id: string) => answers.get(id)?.answer,
    keep(id: string, answer: Promise<Uint8Array>, isChanging: boolean): void {
      const entry = { answer, bytes: 0 };
      answers.set(id, entry);
      void settle(id, entry, isChanging);
    },
  };

  async function settle(id: string, entry: KeptAnswer, isChanging: boolean): Promise<void> {
    const { length } = await entry.answer;
    if (answers.get(id) !== entry) return;
    if (!isChanging) {
      forget(id);
      return;
    }
    entry.bytes = length;
    total += length;
    for (const oldest of answers.keys()) {
      if (answers.size <= keptAnswers.count && total <= keptAnswers.bytes) break;
      forget(oldest);
    }
  }
}

/** Reads a socket until it is closed. */
async function readAll(
  socket: Socket & AsyncIterable<Buffer[]>,
  take: (frames: [Buffer, ...Buffer[]]) => void,
): Promise<void> {
  try {
    for await (const frames of socket) take(frames as [Buffer, ...Buffer[]]);
  } catch (error) {
    if (!socket.closed) throw error;
  }
}
