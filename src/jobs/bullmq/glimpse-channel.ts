import type { Redis } from "ioredis";
import { Packr } from "msgpackr";
import { glimpseListeners } from "../glimpse-listeners.ts";
import type { JobGlimpse } from "../job.ts";
import type { BullmqStore } from "./bullmq-store.ts";

const packr = new Packr({ useRecords: false, mapsAsObjects: true, variableMapSize: true });
/** A picture of 128 x 128 pixels and some. */
const mostBytes = 72 * 1024;
/** How long nothing is sent after nobody looked on. */
const unseenForMs = 1000;

/**
 * Glimpses of running jobs by Redis's publish and subscribe: to whoever looks on now, kept nowhere. A connection of its
 * own listens as long as somebody looks on.
 */
export function createGlimpseChannel(store: Pick<BullmqStore, "queue" | "redis">) {
  const channel = store.queue.toKey("dgx:glimpses");
  let subscriber: Redis | undefined;
  let unseenUntilMs = 0;

  const listeners = glimpseListeners((count) => {
    if (count > 0) subscriber ??= subscribe();
    else {
      subscriber?.disconnect();
      subscriber = undefined;
    }
  });

  function subscribe(): Redis {
    const connection = store.redis.duplicate({ maxRetriesPerRequest: null, autoResubscribe: true, socketTimeout: 0 });
    connection.on("error", () => {});
    connection.on("messageBuffer", (_channel: Buffer, bytes: Buffer) => {
      const glimpse = readGlimpse(bytes);
      if (glimpse !== undefined) listeners.tell(glimpse);
    });
    // Once lost it is made again, and what was shown meanwhile is nobody's loss.
    connection.subscribe(channel).catch(() => {});
    return connection;
  }

  async function publish(bytes: Buffer): Promise<void> {
    try {
      if ((await store.redis.publish(channel, bytes)) === 0) unseenUntilMs = performance.now() + unseenForMs;
    } catch {
      // A server that is away: the next glimpse tries again.
    }
  }

  return {
    show(glimpse: JobGlimpse): void {
      if (performance.now() < unseenUntilMs) return;
      const bytes = packr.pack(glimpse);
      if (bytes.length > mostBytes) return;
      void publish(Buffer.from(bytes));
    },
    lookOn: listeners.add,
    close: listeners.clear,
  };
}

/** Undefined for what is none: other versions and other programs may send too. */
function readGlimpse(bytes: Buffer): JobGlimpse | undefined {
  if (bytes.length > mostBytes) return undefined;
  try {
    const { id, progress, picture } = packr.unpack(bytes) as JobGlimpse;
    const { step, steps, note } = progress;
    if (typeof id !== "string" || !Number.isInteger(step) || !Number.isInteger(steps)) return undefined;
    const words = typeof note === "string" ? { note } : {};
    if (picture === undefined || picture === null) return { id, progress: { step, steps, ...words } };
    const { width, height, data } = picture;
    if (!(data instanceof Uint8Array) || data.length !== width * height * 4) return undefined;
    return { id, progress: { step, steps, ...words }, picture: { width, height, data: Uint8Array.from(data) } };
  } catch {
    return undefined;
  }
}
