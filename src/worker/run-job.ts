import { readFile } from "node:fs/promises";
import { describeIssue, type Progress } from "#asset";
import type { Generator } from "#generators";
import type { Claim, JobProgress, JobQueue, Json } from "#jobs";
import type { Library } from "#library";
import { countColors } from "#pixels";
import { type Preview, shrinkPreview, spriteJobKind, spriteOrderSchema, type StoredResult } from "#protocol";
import { failureOf } from "./failure.ts";
import { type MadeSprite, makeSprite } from "./make-sprite.ts";
import { WorkerError } from "./worker-error.ts";

/** Why a job ends before it is drawn. */
export type Interruption = "cancelled" | "lost" | "drained";

/** How a job went; "away" where what draws could not be reached, or the disk had no room. */
export type Outcome = "done" | "failed" | "away" | Interruption;

export type RunOptions = {
  readonly queue: JobQueue;
  readonly generator: Generator;
  readonly software: string;
  readonly leaseMs: number;
  /** Where sprites go; without one they travel in the job alone. */
  readonly library: Pick<Library, "deliver" | "delivered"> | undefined;
  readonly onProgress: (job: string, progress: JobProgress, preview: Preview | undefined) => void;
  /** Something went wrong that is not the job's fault, and that a person can mend. */
  readonly onTrouble: (error: unknown) => void;
};

export type RunningJob = {
  readonly job: string;
  /** Ends it within a step. */
  readonly interrupt: (why: Interruption) => void;
  /** "drawn" when the generator has done its part, or how it ended where it did so first. Never rejects. */
  readonly drawn: Promise<"drawn" | Outcome>;
  /** Never rejects. */
  readonly ended: Promise<Outcome>;
};

/** The part of a lease after which it is renewed. */
const beatsPerLease = 3;

/** Draws a claimed job, stores its sprite and tells the queue, under heartbeats from beginning to end. */
export function runJob(claim: Claim, options: RunOptions): RunningJob {
  const { queue, leaseMs } = options;
  const controller = new AbortController();
  let why: Interruption | undefined;
  let progress: JobProgress | undefined;
  let leaseEnds = performance.now() + leaseMs;

  const interrupt = (reason: Interruption) => {
    why ??= reason;
    controller.abort(new DOMException(`The job was ${why}`, "AbortError"));
  };

  let isBeating = false;
  const beat = async () => {
    if (isBeating) return;
    isBeating = true;
    try {
      const asked = performance.now();
      const answer = await queue.heartbeat(claim, leaseMs, progress);
      if (answer === "held") leaseEnds = asked + leaseMs;
      else interrupt(answer === "cancelling" ? "cancelled" : "lost");
    } catch {
      // The queue cannot be reached now. Until the lease ends nobody else may have the job, so it goes on.
      if (performance.now() > leaseEnds) interrupt("lost");
    } finally {
      isBeating = false;
    }
  };
  const heart = setInterval(beat, leaseMs / beatsPerLease);

  const { promise: drawing, resolve: drawn } = Promise.withResolvers<"drawn">();

  async function run(): Promise<Outcome> {
    try {
      const onProgress = (reached: JobProgress, preview: Preview | undefined) => {
        progress = reached;
        options.onProgress(claim.job.id, reached, preview);
      };
      const made = await draw(claim, options, controller.signal, { onProgress, onDrawn: () => drawn("drawn") });
      drawn("drawn");
      const result = await store(claim, made, options, controller.signal);
      // What is stored by now is done, though somebody wanted it to stop in the meantime.
      return (await told(() => queue.complete(claim, result as unknown as Json))) ? "done" : "lost";
    } catch (error) {
      if (why !== undefined) return await yieldJob(why);
      const { isPermanent, ...failure } = failureOf(error);
      if (failure.code === "disk-full") {
        // Every job would meet it, so it costs none of them a try.
        options.onTrouble(error);
        return (await told(() => queue.release(claim))) ? "away" : "lost";
      }
      if (!(await told(() => queue.fail(claim, failure, { isPermanent })))) return "lost";
      return failure.code === "server-unreachable" ? "away" : "failed";
    } finally {
      clearInterval(heart);
    }
  }

  async function yieldJob(reason: Interruption): Promise<Interruption> {
    if (reason === "cancelled") await told(() => queue.confirmCancelled(claim));
    if (reason === "drained") await told(() => queue.release(claim));
    return reason;
  }

  /** Tries until the lease has ended; after that the job is another's, who comes to the same sprite. */
  async function told(tell: () => Promise<boolean>): Promise<boolean> {
    for (;;)
      try {
        return await tell();
      } catch {
        if (performance.now() > leaseEnds) return false;
        await new Promise((resolve) => setTimeout(resolve, Math.min(250, leaseMs / 4)));
      }
  }

  const ended = run();
  return { job: claim.job.id, interrupt, drawn: Promise.race([drawing, ended]), ended };
}

async function draw(
  { job }: Claim,
  { generator, software, library }: RunOptions,
  signal: AbortSignal,
  on: {
    readonly onProgress: (progress: JobProgress, preview: Preview | undefined) => void;
    readonly onDrawn: () => void;
  },
): Promise<StoredResult | MadeSprite> {
  const delivered = library?.delivered(job.id)?.entry;
  if (delivered !== undefined && !delivered.missing) {
    // An earlier try had stored its sprite and could not tell any more.
    const { file, width, height, colors, seconds } = delivered;
    return { png: toBase64(await readFile(file)), width, height, colors, seconds: seconds ?? 0, notes: [] };
  }
  if (job.kind !== spriteJobKind)
    throw new WorkerError(
      "unknown-kind",
      `Cannot do a job of the kind ${job.kind}: this version knows ${spriteJobKind}; update dgx-pixels`,
    );
  const parsed = spriteOrderSchema.safeParse(job.payload);
  if (!parsed.success)
    throw new WorkerError(
      "unknown-kind",
      `Cannot read the job's order: ${describeIssue(parsed.error.issues[0], job.payload)}`,
    );
  const { request, finishing } = parsed.data;
  const description = await generator.describe(request);
  const steps = request.steps ?? description.defaults.steps;
  return makeSprite(generator, description, request, finishing, {
    software,
    signal,
    onProgress: (made) => on.onProgress(...progressOf(made, steps)),
    onDrawn: on.onDrawn,
  });
}

/** Puts what was drawn into the library; what an earlier try had stored is there. */
async function store(
  { job }: Claim,
  made: StoredResult | MadeSprite,
  { library }: RunOptions,
  signal: AbortSignal,
): Promise<StoredResult> {
  if (!("raster" in made)) return made;
  const { raster, recipe, png, seconds, notes } = made;
  const { width, height } = raster;
  const colors = countColors(raster);
  await library?.deliver(job.id, { png, recipe, width, height, colors, seconds }, { signal });
  return { png: toBase64(png), width, height, colors, seconds, notes };
}

function progressOf(progress: Progress, steps: number): [JobProgress, Preview | undefined] {
  if (progress.kind === "loading") return [{ step: 0, steps, note: `loading the ${progress.what}` }, undefined];
  const { preview } = progress;
  return [{ step: progress.step, steps: progress.steps }, preview && shrinkPreview(preview)];
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
