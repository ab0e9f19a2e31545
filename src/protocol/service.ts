import { describeIssue, type GenerationRequest } from "#asset";
import type { Job, JobProgress, JobQueue } from "#jobs";
import { conflate } from "./conflate.ts";
import type { DaemonEvent, Preview } from "./events.ts";
import { type SpriteOf, viewOf } from "./job-view.ts";
import { ProtocolError } from "./protocol-error.ts";
import {
  type GeneratorFacts,
  isRequestName,
  type Reply,
  type RequestName,
  requestNames,
  requests,
  type SlotFacts,
} from "./requests.ts";
import { spriteJobKind } from "./sprite-job.ts";

export type ServiceOptions = {
  readonly queue: JobQueue;
  readonly daemon: Reply<"hello">;
  /** Names of the generators that can be asked for; each is a lane of the queue. */
  readonly lanes: readonly string[];
  readonly describeGenerators: () => Promise<readonly GeneratorFacts[]>;
  readonly describeGenerator: (name: string, request: GenerationRequest | undefined) => Promise<GeneratorFacts>;
  readonly slots: () => readonly SlotFacts[];
  readonly isDraining: () => boolean;
  readonly startedMs: number;
  /** Where the library has what a job made. */
  readonly spriteOf?: SpriteOf;
  /** What there is to do about a change before anyone hears of it; never rejects. */
  readonly settle?: (job: Job) => Promise<void>;
};

/** What answers requests and tells events, whichever way they come and go. */
export type Service = {
  readonly daemon: Reply<"hello">;
  /** Checks and answers one request; rejects with a ProtocolError. `client` is who asks; quotas count by it. */
  handle(name: string, params: unknown, client: string): Promise<unknown>;
  watch(listener: (event: DaemonEvent) => void): () => void;
  /** A worker of this process tells how far a job is. */
  progress(id: string, progress: JobProgress, preview?: Preview): void;
  close(): void;
};

/** Progress is told this often at most, a job. */
const progressEveryMs = 50;

export function createService({
  queue,
  daemon,
  lanes,
  describeGenerators,
  describeGenerator,
  slots,
  isDraining,
  startedMs,
  spriteOf,
  settle,
}: ServiceOptions): Service {
  const briefly = (job: Job) => viewOf(job, false, spriteOf);
  const listeners = new Set<(event: DaemonEvent) => void>();
  const tell = (event: DaemonEvent) => {
    for (const listener of listeners) listener(event);
  };
  const progress = conflate<DaemonEvent>(progressEveryMs, tell);
  const tellJob = (job: Job) => {
    if (listeners.size > 0) tell({ kind: "job", job: briefly(job) });
  };
  /** Only of these does what other machines show still matter: it may come later than the end of a job. */
  const running = new Set<string>();
  let endLook: (() => void) | undefined;
  const lookOn = () => {
    endLook ??= queue.lookOn(({ id, progress: reached, picture }) => {
      if (running.has(id)) tellProgress(id, reached, picture);
    });
  };
  function tellProgress(id: string, { step, steps, note }: JobProgress, preview: Preview | undefined): void {
    progress.push(id, {
      kind: "progress",
      id,
      step,
      steps,
      ...(note !== undefined && { note }),
      ...(preview !== undefined && { preview }),
    });
  }
  const endWatch = queue.watch((event) => {
    if (event.kind === "changed") {
      const { id, state } = event.job;
      if (state === "running") running.add(id);
      else {
        running.delete(id);
        progress.drop(id);
      }
      if (event.job.state === "done" && settle !== undefined) void settle(event.job).then(() => tellJob(event.job));
      else tellJob(event.job);
    } else tell(event);
  });

  function checkLane(name: string): void {
    if (!lanes.includes(name))
      throw new ProtocolError("unsupported", `Cannot use the generator ${name}: choose ${lanes.join(" or ")}`);
  }

  const answers: { [Name in RequestName]: (params: Parsed<Name>, client: string) => Promise<Reply<Name>> } = {
    hello: async () => daemon,
    status: async () => ({
      startedMs,
      isDraining: isDraining(),
      isPaused: await queue.isPaused(),
      counts: await queue.counts(),
      slots: slots(),
    }),
    generators: async () => ({ generators: await describeGenerators() }),
    describe: async ({ generator, request }) => {
      checkLane(generator);
      return { generator: await describeGenerator(generator, request) };
    },
    add: async ({ jobs }, client) => {
      for (const { generator } of jobs) checkLane(generator);
      const added = await queue.add(
        jobs.map(({ generator, order, ...job }) => ({
          ...job,
          kind: spriteJobKind,
          lane: generator,
          payload: order,
          client,
        })),
      );
      return { jobs: added.map(briefly) };
    },
    get: async ({ id }) => {
      const job = await queue.get(id);
      return { job: job === undefined ? null : viewOf(job, true, spriteOf) };
    },
    list: async ({ limit, offset, ...filter }) => {
      const { jobs, total } = await queue.list(filter, { limit, offset });
      return { jobs: jobs.map(briefly), total };
    },
    counts: async (filter) => ({ counts: await queue.counts(filter), isPaused: await queue.isPaused() }),
    cancel: async ({ id }) => ({ job: briefly(await queue.cancel(id)) }),
    retry: async ({ id }) => ({ job: briefly(await queue.retry(id)) }),
    move: async ({ id, to }) => ({ job: briefly(await queue.move(id, to)) }),
    setPriority: async ({ id, priority }) => ({ job: briefly(await queue.setPriority(id, priority)) }),
    pause: async ({ id }) => ({ job: briefly(await queue.pause(id)) }),
    resume: async ({ id }) => ({ job: briefly(await queue.resume(id)) }),
    pauseAll: async () => {
      await queue.pauseAll();
      return { isPaused: true };
    },
    resumeAll: async () => {
      await queue.resumeAll();
      return { isPaused: false };
    },
    remove: async (selection) => ({ removed: await queue.remove(selection) }),
  };

  return {
    daemon,
    async handle(name, params, client) {
      if (!isRequestName(name))
        throw new ProtocolError(
          "bad-message",
          `Cannot answer the request ${JSON.stringify(name)}: there is none of that name; use ${requestNames.join(", ")}`,
        );
      const parsed = requests[name].params.safeParse(params);
      if (!parsed.success)
        throw new ProtocolError("bad-message", describeIssue(parsed.error.issues[0], params), { cause: parsed.error });
      try {
        return await (answers[name] as (params: unknown, client: string) => Promise<unknown>)(parsed.data, client);
      } catch (error) {
        throw toldError(error);
      }
    },
    watch(listener) {
      listeners.add(listener);
      lookOn();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        endLook?.();
        endLook = undefined;
      };
    },
    progress: tellProgress,
    close() {
      endLook?.();
      endWatch();
      progress.close();
      listeners.clear();
    },
  };
}

type Parsed<Name extends RequestName> = (typeof requests)[Name]["params"]["_zod"]["output"];

/** The rooms' own errors speak to people and have a code; anything else is a defect, told without its trace. */
function toldError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const isOurs = typeof code === "string" && typeof message === "string" && message.startsWith("Cannot ");
  return isOurs
    ? new ProtocolError(code, message, { cause: error })
    : new ProtocolError("unexpected", `Unexpected failure of the daemon: ${String(message ?? error)}`, {
        cause: error,
      });
}
