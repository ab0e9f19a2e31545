import type { Raster } from "#pixels";
import {
  type Client,
  type ClientEvent,
  type Preview,
  ProtocolError,
  type SpriteJob,
  type SpriteOrder,
  type SpriteResult,
} from "#protocol";

type RunningProgress = { readonly step: number; readonly steps: number; readonly preview?: Raster | undefined };

export type Draw = (
  generator: string,
  order: SpriteOrder,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: RunningProgress) => void },
) => Promise<SpriteResult>;

export type MemoryClientOptions = {
  readonly draw: Draw;
  readonly generators: Client["generators"];
  /** Jobs that run at the same time. */
  readonly parallel: number;
  readonly software: string;
  readonly clockMs: () => number;
};

type Entry = {
  job: SpriteJob;
  readonly generator: string;
  readonly order: SpriteOrder;
  stop: AbortController | undefined;
};

const stateRank: Readonly<Record<SpriteJob["state"], number>> = {
  running: 0,
  queued: 1,
  waiting: 1,
  paused: 1,
  done: 2,
  failed: 2,
  cancelled: 2,
};

/**
 * A queue that lives as long as the program, behind the interface of the daemon's: for a studio that runs alone.
 */
export function memoryClient({ draw, generators, parallel, software, clockMs }: MemoryClientOptions): Client {
  let entries: Entry[] = [];
  let isPaused = false;
  let isClosed = false;
  let running = 0;
  const listeners = new Set<(event: ClientEvent) => void>();

  const tell = (event: ClientEvent) => {
    for (const listener of listeners) listener(event);
  };
  const put = (entry: Entry, job: SpriteJob) => {
    entry.job = job;
    tell({ kind: "job", job });
  };
  const find = (id: string): Entry => {
    const entry = entries.find(({ job }) => job.id === id);
    if (entry === undefined) throw new ProtocolError("not-found", `Cannot find the job ${id}: it is not in the queue`);
    return entry;
  };
  const ordered = () =>
    entries.toSorted(
      ({ job: a }, { job: b }) =>
        stateRank[a.state] - stateRank[b.state] ||
        (stateRank[a.state] === 2 ? endOf(b) - endOf(a) : b.priority - a.priority),
    );
  const factsOf = ({ job }: Entry) => {
    const { id, kind, lane, order, priority, maxAttempts, attempts, group, after, client, addedMs, lastFailure } = job;
    return { id, kind, lane, order, priority, maxAttempts, attempts, group, after, client, addedMs, lastFailure };
  };
  const counts = () => {
    const result = { queued: 0, waiting: 0, paused: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
    for (const { job } of entries) result[job.state]++;
    return result;
  };

  function serve(): void {
    if (isPaused || isClosed) return;
    for (const next of ordered().filter(({ job }) => job.state === "queued")) {
      if (running >= parallel) return;
      running++;
      void run(next).finally(() => {
        running--;
        serve();
      });
    }
  }

  async function run(entry: Entry): Promise<void> {
    const stop = new AbortController();
    entry.stop = stop;
    const startedMs = clockMs();
    const facts = { ...factsOf(entry), attempts: entry.job.attempts + 1 };
    const started = {
      ...facts,
      state: "running",
      worker: "studio",
      startedMs,
      leaseEndsMs: 0,
      isCancelling: false,
    } as const;
    put(entry, started);
    try {
      const result = await draw(entry.generator, entry.order, {
        signal: stop.signal,
        onProgress: ({ step, steps, preview }) => {
          entry.job = { ...started, progress: { step, steps } };
          tell({ kind: "progress", id: facts.id, step, steps, preview: preview && previewOf(preview) });
        },
      });
      put(entry, { ...facts, state: "done", startedMs, endedMs: clockMs(), result });
    } catch (error) {
      if (stop.signal.aborted) return put(entry, { ...facts, state: "cancelled", startedMs, endedMs: clockMs() });
      const code = error instanceof Error && "code" in error ? String(error.code) : "unexpected";
      const failure = { code, message: error instanceof Error ? error.message : String(error) };
      put(entry, { ...facts, state: "failed", startedMs, endedMs: clockMs(), failure, lastFailure: failure });
    }
  }

  function change(id: string, states: readonly SpriteJob["state"][], to: (entry: Entry) => SpriteJob) {
    const entry = find(id);
    if (states.includes(entry.job.state)) put(entry, to(entry));
    serve();
    return { job: entry.job };
  }

  return {
    daemon: { software, session: "in-process" },
    generators,
    async status() {
      return { startedMs: 0, isDraining: false, isPaused, counts: counts(), slots: [] };
    },
    async add({ jobs }) {
      const added = jobs.map(
        ({ id, generator = "sprite", order, priority = 0, group, after = [], maxAttempts = 1 }) => {
          const known = entries.find(({ job }) => job.id === id);
          if (known !== undefined) return known;
          const { source: _source, ...request } = order.request as SpriteOrder["request"];
          const facts = {
            id,
            kind: "generate",
            lane: generator,
            order: { ...(order as SpriteOrder), request },
            priority,
            maxAttempts,
            attempts: 0,
            group,
            after: [...after],
            client: "studio",
            addedMs: clockMs(),
          };
          const entry: Entry = {
            job: { ...facts, state: "queued" },
            generator,
            order: order as SpriteOrder,
            stop: undefined,
          };
          entries.push(entry);
          return entry;
        },
      );
      for (const { job } of added) tell({ kind: "job", job });
      serve();
      return { jobs: added.map(({ job }) => job) };
    },
    get: async ({ id }) => ({ job: entries.find(({ job }) => job.id === id)?.job ?? null }),
    async list({ states, group, client, lane, limit = 100, offset = 0 } = {}) {
      const found = ordered()
        .map(({ job }) => job)
        .filter(
          (job) =>
            (states === undefined || states.includes(job.state)) &&
            (group === undefined || job.group === group) &&
            (client === undefined || job.client === client) &&
            (lane === undefined || job.lane === lane),
        );
      return { jobs: found.slice(offset, offset + limit), total: found.length };
    },
    counts: async () => ({ counts: counts(), isPaused }),
    async cancel({ id }) {
      const entry = find(id);
      if (entry.job.state === "running") {
        put(entry, { ...entry.job, isCancelling: true });
        entry.stop?.abort(new DOMException("Cancelled", "AbortError"));
        return { job: entry.job };
      }
      return change(id, ["queued", "waiting", "paused"], () => ({
        ...factsOf(entry),
        state: "cancelled",
        endedMs: clockMs(),
      }));
    },
    async retry({ id }) {
      const entry = find(id);
      entries = [...entries.filter((other) => other !== entry), entry];
      return change(id, ["failed", "cancelled"], () => ({ ...factsOf(entry), attempts: 0, state: "queued" }));
    },
    async move({ id, to }) {
      const entry = find(id);
      const peers = entries.filter(
        ({ job }) =>
          stateRank[job.state] === 1 && job.priority === entry.job.priority && stateRank[entry.job.state] === 1,
      );
      const at = peers.indexOf(entry);
      if (at >= 0) {
        const target = { up: at - 1, down: at + 1, top: 0, bottom: peers.length - 1 }[to];
        const place = Math.max(0, Math.min(peers.length - 1, target));
        const moved = peers.toSpliced(at, 1).toSpliced(place, 0, entry);
        const rest = entries.filter((other) => !peers.includes(other));
        entries = [...rest, ...moved];
        tell({ kind: "job", job: entry.job });
      }
      return { job: entry.job };
    },
    setPriority: async ({ id, priority }) =>
      change(id, ["queued", "waiting", "paused"], ({ job }) => ({ ...job, priority })),
    pause: async ({ id }) => change(id, ["queued", "waiting"], (entry) => ({ ...factsOf(entry), state: "paused" })),
    resume: async ({ id }) => change(id, ["paused"], (entry) => ({ ...factsOf(entry), state: "queued" })),
    async pauseAll() {
      isPaused = true;
      tell({ kind: "queue", isPaused });
      return { isPaused };
    },
    async resumeAll() {
      isPaused = false;
      tell({ kind: "queue", isPaused });
      serve();
      return { isPaused };
    },
    async remove(selection = { states: [] }) {
      const isGone = ({ job }: Entry) =>
        stateRank[job.state] === 2 &&
        ("id" in selection ? job.id === selection.id : selection.states.some((state) => state === job.state));
      const gone = entries.filter(isGone);
      entries = entries.filter((entry) => !gone.includes(entry));
      for (const { job } of gone) tell({ kind: "removed", id: job.id });
      return { removed: gone.length };
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      for (const { stop } of entries) stop?.abort(new DOMException("Closed", "AbortError"));
    },
  };
}

function endOf(job: SpriteJob): number {
  return "endedMs" in job ? job.endedMs : 0;
}

function previewOf({ width, height, data }: Raster): Preview {
  return { width, height, data: new Uint8Array(data) };
}
