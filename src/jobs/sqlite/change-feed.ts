import { inSnapshot } from "#database";
import type { JobEvent } from "../queue.ts";
import { tellListeners } from "../tell-listeners.ts";
import { isPaused } from "./claim-jobs.ts";
import { type JobRow, jobOf, selectJobs } from "./job-row.ts";
import { type QueueStore, rowOf, rowsOf, sequenceOf } from "./queue-store.ts";

const unknownVersion = -1;

type Listener = (event: JobEvent) => void;

/** Tells listeners of changes: this process's own at once, others' at the next look. */
export type ChangeFeed = {
  watch(listener: Listener): () => void;
  /** After every change of one's own. */
  look(): void;
  close(): void;
};

/** Looks every `pollMs` whether another process wrote, as long as somebody listens. */
export function createChangeFeed(store: QueueStore, pollMs: number): ChangeFeed {
  const listeners = new Set<Listener>();
  let heardOf = 0;
  let dataVersion = 0;
  let timer: NodeJS.Timeout | undefined;

  const tellChanges = () => {
    for (const [sequence, event] of changesSince(store, heardOf)) {
      heardOf = sequence;
      tellListeners(listeners, event);
    }
  };
  /** What is wrong with the database is told to those who ask it for something; here the next look tries again. */
  const look = (version = dataVersion) => {
    if (listeners.size === 0) return;
    try {
      tellChanges();
      dataVersion = version;
    } catch {
      dataVersion = unknownVersion;
    }
  };
  const lookIfOthersWrote = () => {
    try {
      const version = dataVersionOf(store);
      if (version !== dataVersion) look(version);
    } catch {
      dataVersion = unknownVersion;
    }
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    watch: (listener) => {
      if (listeners.size === 0) {
        heardOf = sequenceOf(store);
        dataVersion = dataVersionOf(store);
        timer = setInterval(lookIfOthersWrote, pollMs).unref();
      }
      const own: Listener = (event) => listener(event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) stop();
      };
    },
    look: () => look(),
    close: () => {
      listeners.clear();
      stop();
    },
  };
}

/** SQLite counts here what other connections commit. */
function dataVersionOf(store: QueueStore): number {
  return rowOf<{ data_version: number }>(store, "PRAGMA data_version")?.data_version ?? 0;
}

/** In their order, each job once, as it stands now. */
function changesSince(store: QueueStore, sequence: number): readonly (readonly [number, JobEvent])[] {
  if (sequenceOf(store) === sequence) return [];
  return inSnapshot(store.database, () => {
    const jobs = rowsOf<JobRow>(store, `${selectJobs} WHERE changed > ? ORDER BY changed`, sequence);
    const removals = rowsOf<{ changed: number; id: string }>(
      store,
      "SELECT changed, id FROM removals WHERE changed > ?",
      sequence,
    );
    const pause = rowOf<{ pause_changed: number }>(
      store,
      "SELECT pause_changed FROM queue WHERE pause_changed > ?",
      sequence,
    );
    const changes: [number, JobEvent][] = [
      ...jobs.map((row): [number, JobEvent] => [row.changed, { kind: "changed", job: jobOf(row) }]),
      ...removals.map(({ changed, id }): [number, JobEvent] => [changed, { kind: "removed", id }]),
    ];
    if (pause !== undefined) changes.push([pause.pause_changed, { kind: "queue", isPaused: isPaused(store) }]);
    return changes.sort(([left], [right]) => left - right);
  });
}
