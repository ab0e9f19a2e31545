import type { Raster } from "#pixels";
import type { Client, ClientEvent, SpriteJob } from "#protocol";

type Counts = Readonly<Record<SpriteJob["state"], number>>;

const noCounts: Counts = { queued: 0, waiting: 0, paused: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
const mostListed = 500;
const mostMeasured = 50;

/**
 * The queue as it stands, kept up by its events. After a lost connection everything is asked for again, so what is shown
 * is never older than the connection.
 */
export class JobFeed {
  isConnected = true;
  isPaused = false;
  counts: Counts = noCounts;
  /** Running first, then in the order in which they will run, then the ended ones, newest first. */
  jobs: readonly SpriteJob[] = [];
  readonly #client: Client;
  readonly #changed: (event: ClientEvent) => void;
  readonly #previews = new Map<string, Raster>();
  readonly #progress = new Map<string, { readonly step: number; readonly steps: number }>();
  /** Seconds of the last sprites, and when they were done, by generator. */
  readonly #times = new Map<string, { readonly seconds: number; readonly endedMs: number }[]>();
  readonly #measured = new Set<string>();
  /** How many pictures of each generator are drawn at once. */
  #slots: ReadonlyMap<string, number> = new Map();
  readonly #unwatch: () => void;
  #isLoading = false;
  #isStale = false;
  #isClosed = false;

  constructor(client: Client, changed: (event: ClientEvent) => void) {
    this.#client = client;
    this.#changed = changed;
    this.#unwatch = client.watch((event) => this.#hear(event));
    void this.reload();
  }

  get open(): readonly SpriteJob[] {
    return this.jobs.filter(({ state }) => state !== "done" && state !== "failed" && state !== "cancelled");
  }

  find(id: string): SpriteJob | undefined {
    return this.jobs.find((job) => job.id === id);
  }

  previewOf(id: string): Raster | undefined {
    return this.#previews.get(id);
  }

  /** How far a running job is, from 0 to 1. */
  shareOf(job: SpriteJob): number {
    if (job.state === "done") return 1;
    const progress = this.#progress.get(job.id) ?? (job.state === "running" ? job.progress : undefined);
    return job.state !== "running" || progress === undefined ? 0 : progress.step / Math.max(1, progress.steps);
  }

  stepOf(job: SpriteJob): { readonly step: number; readonly steps: number } | undefined {
    return this.#progress.get(job.id) ?? (job.state === "running" ? job.progress : undefined);
  }

  /** Mean seconds of a generator's last sprites; undefined before the first. */
  secondsOf(generator: string): number | undefined {
    const times = this.#times.get(generator) ?? [];
    return times.length === 0 ? undefined : times.reduce((sum, { seconds }) => sum + seconds, 0) / times.length;
  }

  /** Every sprite's time that was measured while the studio was open, oldest first. */
  get times(): readonly { readonly seconds: number; readonly endedMs: number }[] {
    return [...this.#times.values()].flat().sort((a, b) => a.endedMs - b.endedMs);
  }

  /** Sprites a minute, over the last minute. */
  throughput(nowMs: number): number {
    return this.times.filter(({ endedMs }) => endedMs > nowMs - 60_000).length;
  }

  /** Seconds until a job is done, by the rates measured so far; undefined where nothing was measured yet. */
  etaOf(job: SpriteJob, nowMs: number): number | undefined {
    const mean = this.secondsOf(job.lane);
    if (job.state === "running") {
      const share = this.shareOf(job);
      const spent = (nowMs - job.startedMs) / 1000;
      if (share > 0) return Math.max(0, spent / share - spent);
      return mean === undefined ? undefined : Math.max(0, mean - spent);
    }
    if (job.state !== "queued" || mean === undefined || this.isPaused) return undefined;
    const ahead = this.open.filter(
      ({ state, lane }) => (state === "queued" || state === "running") && lane === job.lane,
    );
    const place = ahead.findIndex(({ id }) => id === job.id);
    return (Math.floor(Math.max(0, place) / Math.max(1, this.#slots.get(job.lane) ?? 1)) + 1) * mean;
  }

  async reload(): Promise<void> {
    if (this.#isLoading || this.#isClosed) {
      this.#isStale = true;
      return;
    }
    this.#isLoading = true;
    try {
      const [{ jobs }, { counts, isPaused }, { slots }] = await Promise.all([
        this.#client.list({ limit: mostListed }),
        this.#client.counts(),
        this.#client.status(),
      ]);
      this.#slots = countLanes(slots.flatMap(({ lanes }) => lanes));
      this.jobs = jobs;
      this.counts = { ...noCounts, ...counts };
      this.isPaused = isPaused;
      this.isConnected = true;
      for (const job of jobs) this.#measure(job);
      this.#forgetEnded();
    } catch {
      // Whoever waits sees the state of the connection; the next event or the next connection asks again.
      this.isConnected = false;
    } finally {
      this.#isLoading = false;
    }
    if (this.#isClosed) return;
    this.#changed({ kind: "missed" });
    if (this.#isStale) {
      this.#isStale = false;
      setTimeout(() => void this.reload(), 100).unref();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch();
  }

  #hear(event: ClientEvent): void {
    switch (event.kind) {
      case "progress": {
        const { id, step, steps, preview } = event;
        this.#progress.set(id, { step, steps });
        if (preview !== undefined)
          this.#previews.set(id, {
            width: preview.width,
            height: preview.height,
            data: new Uint8ClampedArray(preview.data.buffer, preview.data.byteOffset, preview.data.byteLength),
          });
        break;
      }
      case "job": {
        const { job } = event;
        this.#measure(job);
        if (job.state !== "running") this.#progress.delete(job.id);
        const at = this.jobs.findIndex(({ id }) => id === job.id);
        if (at >= 0 && this.jobs[at]?.state === job.state) this.jobs = this.jobs.with(at, job);
        else this.jobs = arranged([...this.jobs.filter(({ id }) => id !== job.id), job]);
        void this.reload();
        break;
      }
      case "removed":
        this.jobs = this.jobs.filter(({ id }) => id !== event.id);
        void this.reload();
        break;
      case "queue":
        this.isPaused = event.isPaused;
        break;
      case "connection":
        this.isConnected = event.isConnected;
        if (event.isConnected) void this.reload();
        break;
      case "missed":
        void this.reload();
        break;
    }
    this.#changed(event);
  }

  #measure(job: SpriteJob): void {
    if (job.state !== "done" || this.#measured.has(job.id)) return;
    this.#measured.add(job.id);
    const times = this.#times.get(job.lane) ?? [];
    times.push({ seconds: job.result?.seconds ?? (job.endedMs - job.startedMs) / 1000, endedMs: job.endedMs });
    times.sort((a, b) => a.endedMs - b.endedMs);
    this.#times.set(job.lane, times.slice(-mostMeasured));
  }

  /** Pictures and measurements of jobs that are no longer listed. */
  #forgetEnded(): void {
    const listed = new Map(this.jobs.map((job) => [job.id, job.state]));
    for (const id of this.#previews.keys()) if (listed.get(id) !== "running") this.#previews.delete(id);
    for (const id of this.#progress.keys()) if (listed.get(id) !== "running") this.#progress.delete(id);
    for (const id of this.#measured) if (!listed.has(id)) this.#measured.delete(id);
  }
}

function countLanes(lanes: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const lane of lanes) counts.set(lane, (counts.get(lane) ?? 0) + 1);
  return counts;
}

const ranks: Readonly<Record<SpriteJob["state"], number>> = {
  running: 0,
  queued: 1,
  waiting: 1,
  paused: 1,
  done: 2,
  failed: 2,
  cancelled: 2,
};

function arranged(jobs: SpriteJob[]): readonly SpriteJob[] {
  return jobs.sort((a, b) => {
    const rank = ranks[a.state] - ranks[b.state];
    if (rank !== 0) return rank;
    return "endedMs" in a && "endedMs" in b ? b.endedMs - a.endedMs : b.priority - a.priority;
  });
}
