import type { Job } from "../job.ts";
import type { JobEvent } from "../queue.ts";
import { tellListeners } from "../tell-listeners.ts";
import { jobOfHash, type JobHash } from "./job-hash.ts";
import { type BullmqStore, run } from "./bullmq-store.ts";
import { isUnreachable } from "./redis-jobs-error.ts";

type Listener = (event: JobEvent) => void;

export type ChangeStream = {
  watch(listener: Listener): () => void;
  close(): void;
};

type Entry = readonly [id: string, fields: readonly string[]];

const waitMs = 5000;
const retryMs = 200;
const mostAtOnce = 200;

/**
 * Follows the stream of changes on a connection of its own, as long as somebody listens. It goes on where it was after a
 * lost connection, unless more than the stream holds (some 10,000 changes) has happened meanwhile.
 */
export function createChangeStream(store: BullmqStore): ChangeStream {
  const key = store.queue.toKey("dgx:changes");
  const listeners = new Set<Listener>();
  let stop: (() => void) | undefined;

  const follow = () => {
    const connection = store.redis.duplicate({ maxRetriesPerRequest: null });
    connection.on("error", () => {});
    const ended = new AbortController();
    const isWanted = () => !ended.signal.aborted;
    const newest = async () => (await store.redis.xrevrange(key, "+", "-", "COUNT", 1))[0]?.[0] ?? "0-0";
    // Asked at once, on the connection that our own changes go through, so that none of them can come before it.
    let start = newest();
    start.catch(() => {});
    const loop = async () => {
      let last: string | undefined;
      while (isWanted()) {
        let entries: readonly Entry[] = [];
        try {
          last ??= await start;
          const streams = await connection.xread("COUNT", mostAtOnce, "BLOCK", waitMs, "STREAMS", key, last);
          entries = (streams?.[0]?.[1] ?? []) as readonly Entry[];
          for (const event of await eventsOf(store, entries)) if (isWanted()) tellListeners(listeners, event);
          last = entries.at(-1)?.[0] ?? last;
        } catch (cause) {
          if (!isWanted()) return;
          // What cannot be read, such as a job that another program changed, is not tried for ever.
          if (!isUnreachable(cause)) last = entries.at(-1)?.[0] ?? last;
          await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
          if (last === undefined) start = newest();
        }
      }
    };
    void loop();
    return () => {
      ended.abort();
      connection.disconnect();
    };
  };

  return {
    watch: (listener) => {
      stop ??= follow();
      const own: Listener = (event) => listener(event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
    close: () => {
      listeners.clear();
      stop?.();
      stop = undefined;
    },
  };
}

/** Jobs as they stand now, each once: at its last change. One that is gone by now is told as removed where that stands. */
async function eventsOf(store: BullmqStore, entries: readonly Entry[]): Promise<readonly JobEvent[]> {
  const lastOf = new Map(entries.map(([, [kind, value]]) => `${kind} ${value}`).map((name, index) => [name, index]));
  const told = entries.map(([, [kind = "", value = ""]], index): Promise<JobEvent | undefined> => {
    if (kind === "removed") return Promise.resolve({ kind: "removed", id: value });
    if (kind === "paused") return Promise.resolve({ kind: "queue", isPaused: value === "1" });
    if (lastOf.get(`${kind} ${value}`) !== index) return Promise.resolve(undefined);
    return run(store, "get", value).then((hash): JobEvent | undefined => {
      const job: Job | undefined = jobOfHash(hash as JobHash);
      return job && { kind: "changed", job };
    });
  });
  return (await Promise.all(told)).filter((event) => event !== undefined);
}
