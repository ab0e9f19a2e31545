import { type IRedisTransaction, Queue } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";
import { JobsError } from "../jobs-error.ts";
import type { Quota } from "../queue-options.ts";
import { type QueueScript, queueScripts } from "./queue-scripts.ts";

/** An open queue: BullMQ's, the connection they share, and what it was opened with. */
export type BullmqStore = {
  readonly queue: Queue;
  readonly redis: Redis;
  /** The server's address, without a password. */
  readonly place: string;
  readonly randomId: () => string;
  readonly backoffMs: (attempts: number) => number;
  readonly quota: Quota;
};

/** The queue's name below the prefix. */
const queueName = "jobs";
/** Of what our keys hold; an older one would be brought up to it when the queue is opened. */
const currentVersion = 1;
const oldestRedis = 7;

/**
 * What is in flight when the connection is lost fails at once: it may or may not have been done, and only we know what
 * can be asked again. (Without autoResendUnfulfilledCommands ioredis 6 would leave it unanswered for ever.)
 */
const connectionOptions = {
  maxRetriesPerRequest: 0,
  connectTimeout: 5000,
  // A server that has frozen, or a connection that was dropped on the way, says nothing.
  socketTimeout: 15_000,
  retryStrategy: (times) => Math.min(50 * times, 500),
  lazyConnect: true,
} as const satisfies RedisOptions;

type Connection = {
  readonly redis: Redis;
  readonly place: string;
  /** What ioredis told last: more than that a connection was closed. */
  readonly lastError: () => Error | undefined;
};

export function connectionTo(url: string): Connection {
  const isSocket = url.startsWith("/");
  const parsed = isSocket ? undefined : URL.parse(url);
  if (!isSocket && parsed?.protocol !== "redis:" && parsed?.protocol !== "rediss:")
    throw new JobsError(
      `Cannot open the queue at ${parsed === null ? "an address that is no URL" : `${parsed?.protocol}//`}: ` +
        "give redis://HOST:PORT, rediss://HOST:PORT or the path of a socket",
      { code: "invalid-argument", field: "url", value: url },
    );
  const redis = new Redis(url, connectionOptions);
  // Those who ask for something are told; without a listener the first lost connection would end the process.
  let lastError: Error | undefined;
  redis.on("error", (error: Error) => {
    lastError = error;
  });
  const place = isSocket ? url : `${parsed?.host}${parsed?.pathname === "/" ? "" : parsed?.pathname}`;
  return { redis, place, lastError: () => lastError };
}

export async function openStore(
  { redis, place, lastError }: Connection,
  prefix: string,
  options: Pick<BullmqStore, "randomId" | "backoffMs" | "quota"> & { readonly isAnyDurabilityEnough: boolean },
): Promise<BullmqStore> {
  await redis.connect().catch((cause: Error) => {
    const reason = lastError() ?? cause;
    if (reason.name === "ReplyError") throw reason;
    throw new JobsError(
      `Cannot open the queue: the Redis server at ${place} does not answer (${reason.message}); start it, or correct the address`,
      { code: "unreachable", place },
      { cause: reason },
    );
  });
  await checkServer(redis, place, options.isAnyDurabilityEnough);
  for (const [name, lua] of Object.entries(queueScripts))
    redis.defineCommand(commandOf(name), { lua, numberOfKeys: 0 });
  const queue = new Queue(queueName, { connection: redis, prefix, streams: { events: { maxLen: 1000 } } });
  // Errors of the connection again; see above.
  queue.on("error", () => {});
  const { randomId, backoffMs, quota } = options;
  const store: BullmqStore = { queue, redis, place, randomId, backoffMs, quota };
  await queue.waitUntilReady();
  const versionKey = queue.toKey("dgx:version");
  await redis.setnx(versionKey, currentVersion);
  const version = Number(await redis.get(versionKey));
  if (version > currentVersion)
    throw new JobsError(
      `Cannot open the queue: ${place} has one of version ${version}, and this program knows up to ${currentVersion}; ` +
        "update dgx-pixels or choose another prefix",
      { code: "newer-version", place, version, supported: currentVersion },
    );
  return store;
}

/** Redis keeps what it has acknowledged only if it is told to. */
async function checkServer(redis: Redis, place: string, isAnyDurabilityEnough: boolean): Promise<void> {
  const version = /redis_version:(\d+)[.\d]*/.exec(await redis.info("server"));
  if (version !== null && Number(version[1]) < oldestRedis)
    throw new JobsError(
      `Cannot open the queue: the server at ${place} is Redis ${version[1]}; install Redis ${oldestRedis} or newer`,
      { code: "not-a-queue", place },
    );
  if (isAnyDurabilityEnough) return;
  const wanted: readonly [setting: string, isGood: (value: string | undefined) => boolean, advice: string][] = [
    ["appendonly", (value) => value === "yes", "yes"],
    ["appendfsync", (value) => value === "always", "always"],
    ["maxmemory-policy", (value) => value === "noeviction", "noeviction"],
  ];
  for (const [setting, isGood, advice] of wanted) {
    const value = await settingOf(redis, setting);
    if (!isGood(value))
      throw new JobsError(
        `Cannot open the queue: the Redis server at ${place} may forget jobs it has acknowledged, as its ${setting} is ` +
          `${value ?? "kept from us"}; set it to ${advice} in its configuration`,
        { code: "not-durable", place, setting },
      );
  }
}

/** Undefined where the server does not tell, as some that are rented do not. */
async function settingOf(redis: Redis, setting: string): Promise<string | undefined> {
  try {
    const answer = (await redis.config("GET", setting)) as readonly string[];
    return answer[1];
  } catch (cause) {
    if (cause instanceof Error && cause.name === "ReplyError") return undefined;
    throw cause;
  }
}

const commandOf = (name: string) => `dgx:${name}`;

type Argument = string | number;

/** Runs one of our scripts alone. */
export async function run(store: BullmqStore, name: QueueScript, ...values: readonly Argument[]): Promise<unknown> {
  const client = await store.queue.getBackend().client;
  return client.runCommand(commandOf(name), [store.queue.toKey(""), ...values]);
}

export type Step =
  | readonly [script: QueueScript, ...values: Argument[]]
  /** Puts a command of BullMQ's into the transaction. */
  | ((transaction: IRedisTransaction) => unknown);

/**
 * Runs our scripts and BullMQ's in one MULTI, in their order: either all of them are kept, or none. Answers what our own
 * came to; where BullMQ refuses, our last script sees that.
 */
export async function transact(store: BullmqStore, steps: readonly Step[]): Promise<readonly unknown[]> {
  const first = await attempt(store, steps);
  if (!first.some(([error]) => error?.message.includes("NOSCRIPT"))) return oursOf(steps, first);
  // Somebody had the server forget all scripts. On a new connection they are sent again; what half of the first attempt
  // may have done is what a worker that is killed leaves behind.
  store.redis.disconnect(true);
  return oursOf(steps, await attempt(store, steps));
}

type Result = readonly [error: Error | null, value: unknown];

async function attempt(store: BullmqStore, steps: readonly Step[]): Promise<readonly Result[]> {
  const client = await store.queue.getBackend().client;
  const transaction = client.multi();
  for (const step of steps)
    if (typeof step === "function") step(transaction);
    else transaction.runCommand(commandOf(step[0]), [store.queue.toKey(""), ...step.slice(1)]);
  return (await transaction.exec()) ?? [];
}

function oursOf(steps: readonly Step[], results: readonly Result[]): readonly unknown[] {
  return steps.flatMap((step, index) => {
    if (typeof step === "function") return [];
    const [error, value] = results[index] ?? [null, undefined];
    if (error !== null) throw error;
    return [value];
  });
}
