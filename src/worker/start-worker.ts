import type { Generator } from "#generators";
import type { Job, JobQueue } from "#jobs";
import type { SlotFacts } from "#protocol";
import { createBell } from "./bell.ts";
import { type Outcome, type RunningJob, type RunOptions, runJob } from "./run-job.ts";

/** A generator at work: its name is the lane that it serves. */
export type WorkPlace = { readonly generator: Generator; readonly slots: number };

export type WorkerOptions = Omit<RunOptions, "generator"> & {
  /** Unique among the workers of the queue that are alive. */
  readonly name: string;
  readonly places: Readonly<Record<string, WorkPlace>>;
};

export type Worker = {
  readonly slots: () => readonly SlotFacts[];
  readonly isDraining: () => boolean;
  /** Begins nothing more, and gives what runs this long to finish; then it goes back to its place in the queue. */
  readonly drain: (graceMs: number) => Promise<void>;
};

/** How long a slot rests after its generator could not be reached, or the disk had no room: longer each time. */
const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/** How often to look for work that nothing has told of: a back-off or another worker's lease that ends. */
const lookEveryMs = 1000;

/**
 * Claims jobs and does them until drained. Each slot draws one at a time; while that is stored and told, it draws the
 * next, so that what draws does not wait for the disk. Expired leases are recovered first.
 */
export function startWorker({ places, name, onTrouble, ...options }: WorkerOptions): Worker {
  const { queue, leaseMs } = options;
  const once = onceInARow(onTrouble);
  const bell = createBell();
  /** What is drawn, by slot. */
  const running = new Map<string, RunningJob>();
  /** What has not ended: drawn or stored. */
  const open = new Set<RunningJob>();
  const draining = new AbortController();
  const isDraining = () => draining.signal.aborted;

  const endWatch = queue.watch((event) => {
    if (event.kind === "changed") hear(event.job);
    else if (event.kind === "queue" && !event.isPaused) bell.ring();
  });

  function hear(job: Job): void {
    if (job.state === "queued") bell.ring();
    else if (job.state === "running" && job.isCancelling)
      for (const one of open) if (one.job === job.id) one.interrupt("cancelled");
  }

  const slots = Object.entries(places).flatMap(([lane, { generator, slots }]) =>
    Array.from({ length: slots }, (_, index) => ({ name: `${lane}-${index + 1}`, lane, generator })),
  );
  const loops = slots.map(async (slot) => {
    let pauseMs = firstPauseMs;
    let storing: Promise<Outcome> | undefined;
    /** A server that is away must not cost every job in the queue its tries, nor a full disk be drawn for in vain. */
    const restAfter = async (outcome: Outcome | "drawn" | undefined) => {
      if (outcome === "done") pauseMs = firstPauseMs;
      if (outcome !== "away") return;
      await endOfDrawing(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    };
    while (!isDraining()) {
      const claim = await nextClaim(queue, { worker: `${name}/${slot.name}`, lanes: [slot.lane], leaseMs });
      if (claim === undefined) {
        // Its client may have a quota, which the job that is being stored still fills.
        if (storing !== undefined) {
          await restAfter(await storing);
          storing = undefined;
        } else if (!isDraining()) await bell.wait(lookEveryMs);
        continue;
      }
      const job = runJob(claim, { ...options, onTrouble: once.tell, generator: slot.generator });
      open.add(job);
      running.set(slot.name, job);
      if (isDraining()) job.interrupt("drained");
      const ended = job.ended.then((outcome) => {
        open.delete(job);
        if (outcome === "done") once.forget();
        return outcome;
      });
      const reached = await job.drawn;
      running.delete(slot.name);
      // One at a time, so that a slow disk slows the drawing instead of piling up pictures.
      const stored = await storing;
      storing = reached === "drawn" ? ended : undefined;
      await restAfter(stored);
      await restAfter(reached);
    }
    await storing;
  });

  /** This long, or until there is nothing more to draw. */
  function endOfDrawing(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        draining.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      draining.signal.addEventListener("abort", end);
    });
  }

  async function nextClaim(...[from, claimOptions]: [JobQueue, Parameters<JobQueue["claim"]>[0]]) {
    try {
      return await from.claim(claimOptions);
    } catch (error) {
      once.tell(error);
      return undefined;
    }
  }

  return {
    slots: () =>
      slots.map(({ name, lane }) => {
        const job = running.get(name)?.job;
        return { name, lanes: [lane], ...(job !== undefined && { job }) };
      }),
    isDraining,
    async drain(graceMs) {
      draining.abort();
      bell.ring();
      const end = setTimeout(() => {
        for (const job of open) job.interrupt("drained");
      }, graceMs);
      await Promise.all(loops);
      clearTimeout(end);
      endWatch();
    },
  };
}

/** Tells the same trouble once, however often it is met, until a job has gone well. */
function onceInARow(tell: (error: unknown) => void) {
  const told = new Set<string>();
  return {
    tell(error: unknown): void {
      const message = String((error as Error)?.message ?? error);
      if (told.has(message)) return;
      told.add(message);
      tell(error);
    },
    forget: () => told.clear(),
  };
}
