import { randomUUID } from "node:crypto";
import type { Generator } from "#generators";
import type { JobQueue } from "#jobs";
import type { Library } from "#library";
import { createService, type GeneratorFacts, type Server, serve, type ServeOptions, type Service } from "#protocol";
import { type HealthServer, serveHealth } from "./health.ts";
import { showProgress } from "./show-progress.ts";
import { startWorker } from "./start-worker.ts";
import { createIntake } from "./take-in.ts";

export type DaemonOptions = {
  readonly queue: JobQueue;
  /** Where sprites go. A worker of a farm has none: what it draws travels in the job. */
  readonly library?: Library | undefined;
  /** Other machines work on the queue too, and this one's library takes in what they draw. */
  readonly takesIn?: boolean;
  /** By name; `slots` is how many pictures each draws at once here, and 0 leaves that to other machines. */
  readonly generators: Readonly<Record<string, { readonly open: () => Generator; readonly slots: number }>>;
  /** Unique among the workers of the queue. */
  readonly name: string;
  /** Name and version of this program, as recipes keep it. */
  readonly software: string;
  readonly clock: () => Date;
  /** Where clients reach it; without it, only those of this process do. */
  readonly listen?: ServeOptions | undefined;
  readonly health?: { readonly host: string; readonly port: number } | undefined;
  readonly leaseMs?: number | undefined;
  readonly onTrouble?: ((error: unknown) => void) | undefined;
};

export type Daemon = {
  readonly service: Service;
  /** Where it listens, if it does. */
  readonly endpoint: string | undefined;
  /** Names of what it draws with, one picture each. */
  readonly slots: readonly string[];
  /** Address of its health, such as http://127.0.0.1:8189. */
  readonly health: string | undefined;
  /**
   * Ends it: no more jobs are begun, running ones have `graceMs` to finish and go back to the queue then. Queue and
   * library stay open; they are the caller's.
   */
  readonly close: (graceMs?: number) => Promise<void>;
};

const defaultLeaseMs = 10_000;
const defaultGraceMs = 5000;

/**
 * Queue, worker and protocol in one process. Jobs that a killed one left are done again once their leases have ended.
 * Throws a ProtocolError or a WorkerError when it cannot listen where it should.
 */
export async function startDaemon({
  queue,
  library,
  takesIn = false,
  generators,
  name,
  software,
  clock,
  listen,
  health,
  leaseMs = defaultLeaseMs,
  onTrouble = () => {},
}: DaemonOptions): Promise<Daemon> {
  const opened = Object.entries(generators).map(([lane, { open, slots }]) => ({ lane, generator: open(), slots }));
  await queue.recover();
  const intake = takesIn && library !== undefined ? createIntake(library, queue, onTrouble) : undefined;

  const service = createService({
    queue,
    daemon: { software, session: randomUUID(), ...(library !== undefined && { library: library.directory }) },
    lanes: opened.map(({ lane }) => lane),
    describeGenerators: async () => {
      const described = await Promise.allSettled(opened.map(({ generator }) => generator.describe()));
      return described.flatMap((one) => (one.status === "fulfilled" ? [one.value as unknown as GeneratorFacts] : []));
    },
    describeGenerator: async (name, request) => {
      const { generator } = opened.find(({ lane }) => lane === name) as (typeof opened)[number];
      return (await generator.describe(request)) as unknown as GeneratorFacts;
    },
    slots: () => worker.slots(),
    isDraining: () => worker.isDraining(),
    startedMs: clock().getTime(),
    ...(library !== undefined && {
      spriteOf: (job: string) => {
        try {
          const entry = library.delivered(job)?.entry;
          return entry && { sprite: entry.id, file: entry.file };
        } catch (error) {
          // A library in trouble must not keep anyone from seeing the queue.
          onTrouble(error);
          return undefined;
        }
      },
    }),
    ...(intake !== undefined && { settle: intake.take }),
  });
  // Only now that changes are heard of: what is done before is listed, and what is done later is told.
  await intake?.takeAll();
  const worker = startWorker({
    queue,
    library,
    software,
    leaseMs,
    name,
    places: Object.fromEntries(opened.map(({ lane, ...place }) => [lane, place])),
    // A worker of a farm has nobody who listens to it: its head does.
    onProgress: library === undefined ? showProgress(queue) : service.progress,
    onTrouble,
  });

  let server: Server | undefined;
  let healthServer: HealthServer | undefined;
  const close = async (graceMs = defaultGraceMs) => {
    await worker.drain(graceMs);
    await server?.close();
    await healthServer?.close();
    service.close();
    intake?.close();
    await Promise.all(opened.map(({ generator }) => generator.close()));
  };
  try {
    if (listen !== undefined) server = await serve(service, listen);
    if (health !== undefined)
      healthServer = await serveHealth(health, async () => {
        const counts = await queue.counts();
        const slots = worker.slots();
        return {
          isReady: !worker.isDraining(),
          facts: { queued: counts.queued, running: counts.running, slots: slots.length },
        };
      });
  } catch (error) {
    await close(0);
    throw error;
  }
  return {
    service,
    slots: worker.slots().map(({ name }) => name),
    endpoint: server?.endpoint,
    health: healthServer?.url,
    close,
  };
}
