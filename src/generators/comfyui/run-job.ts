import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { GeneratorError } from "../generator-error.ts";
import type { Connection } from "./connection.ts";
import type { NodeFailure, ServerMessage, ServerPicture } from "./messages.ts";
import { orAborted } from "./or-aborted.ts";
import { describeNodeErrors, type JobStatus, type Server } from "./server.ts";
import type { Workflow } from "./workflow.ts";

/** A server that draws, and the socket that tells how far it is. */
export type Seat = { readonly server: Server; readonly connection: Connection };

export type JobOptions = {
  /** The nodes whose pictures are wanted, in this order. */
  readonly outputs: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly onMessage?: ((message: ServerMessage) => void) | undefined;
  /** Between two questions for the job's state, beside the socket. */
  readonly pollMs: number;
  /** How long the server may be away before the job counts as lost. */
  readonly patienceMs: number;
};

export type FinishedJob = {
  readonly id: string;
  readonly pictures: readonly ServerPicture[];
  /** The server's own time for the job, where it tells. */
  readonly serverMilliseconds: () => Promise<number | undefined>;
};

/** The server no longer knows the job, or is away: it may be run again, here or elsewhere. */
export class LostJob extends Error {
  override readonly name = "LostJob";
  readonly failure: GeneratorError;

  constructor(failure: GeneratorError) {
    super(failure.message, { cause: failure });
    this.failure = failure;
  }
}

type Outcome =
  /** Without pictures where one of the nodes told of none. */
  | { readonly kind: "done"; readonly pictures: readonly ServerPicture[] | undefined }
  | { readonly kind: "refused"; readonly error: Error };

/**
 * Runs a workflow on one server and answers which pictures it gave. The socket tells the end at once; asking finds it
 * when the socket does not. Aborting rejects at once with the signal's reason and ends the job on the server.
 */
export async function runJob(seat: Seat, workflow: Workflow, options: JobOptions): Promise<FinishedJob> {
  const { server, connection } = seat;
  const { outputs, signal, onMessage } = options;
  const id = randomUUID();
  const client = await connection.ready(signal);
  const lossesBefore = connection.losses();
  const pictures = new Map<string, readonly ServerPicture[]>();
  const told = Promise.withResolvers<Outcome>();
  const stopListening = connection.listen(id, (message) => {
    onMessage?.(message);
    if (message.kind === "output" && outputs.includes(message.node)) pictures.set(message.node, message.pictures);
    else if (message.kind === "succeeded") told.resolve({ kind: "done", pictures: allOf(outputs, pictures) });
    else if (message.kind === "failed") told.resolve({ kind: "refused", error: failed(server, message.failure) });
    else if (message.kind === "interrupted") told.resolve({ kind: "refused", error: interrupted(server) });
  });
  const asking = new AbortController();
  let isOnServer = false;
  try {
    isOnServer = true;
    await submit(seat, { id, client, workflow }, signal);
    const outcome = await orAborted(
      Promise.race([told.promise, ask(seat, id, lossesBefore, options, asking.signal)]),
      signal,
    );
    isOnServer = false;
    if (outcome.kind === "refused") throw outcome.error;
    return {
      id,
      // Messages may have been lost before the last one came.
      pictures: outcome.pictures ?? (await picturesByAsking(server, id, outputs, signal)),
      serverMilliseconds: async () => {
        // The server files a job away a moment after it has told its end.
        for (let tries = 0; tries < 50; tries++) {
          const status = await server.jobStatus(id);
          if (status.state === "done") return status.milliseconds;
          await sleep(10);
        }
        return undefined;
      },
    };
  } catch (error) {
    if (isOnServer && !(error instanceof LostJob) && !isRefusal(error)) cancelQuietly(server, id);
    throw error;
  } finally {
    asking.abort();
    stopListening();
  }
}

async function submit(
  { server }: Seat,
  job: { readonly id: string; readonly client: string; readonly workflow: Workflow },
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const accepted = await server.submit(job, signal);
    // Some outputs may be refused and others run: a picture of half a workflow is not what was asked for.
    const refusal = describeNodeErrors(accepted.node_errors);
    if (refusal === undefined) return;
    cancelQuietly(server, job.id);
    throw new GeneratorError("workflow-invalid", `Cannot run the workflow on ${server.url}: ${refusal}`);
  } catch (error) {
    if (!(error instanceof GeneratorError) || error.code !== "server-unreachable") throw error;
    // The answer was lost; the job may be there all the same.
    const status = await server.jobStatus(job.id, signal).catch(() => undefined);
    signal?.throwIfAborted();
    if (status === undefined || status.state === "unknown") throw new LostJob(error);
  }
}

/** Asks for the job's state until it has ended; gives up with the signal. */
async function ask(
  { server, connection }: Seat,
  id: string,
  lossesBefore: number,
  { outputs, pollMs, patienceMs }: JobOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  let awaySince: number | undefined;
  for (;;) {
    await sleep(connection.losses() === lossesBefore ? pollMs : pollMs / 4, undefined, { signal });
    let status: JobStatus;
    try {
      status = await server.jobStatus(id, signal);
      awaySince = undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GeneratorError)) throw error;
      awaySince ??= performance.now();
      if (performance.now() - awaySince < patienceMs) continue;
      return { kind: "refused", error: new LostJob(error) };
    }
    if (status.state === "done")
      return { kind: "done", pictures: allOf(outputs, new Map(Object.entries(status.pictures))) };
    if (status.state === "failed") return { kind: "refused", error: failed(server, status.failure) };
    if (status.state === "cancelled") return { kind: "refused", error: interrupted(server) };
    if (status.state !== "unknown") continue;
    if (await hasRestarted(connection, lossesBefore))
      return { kind: "refused", error: new LostJob(vanished(server, "it was restarted again and again")) };
    return { kind: "refused", error: vanished(server, "somebody took it from the queue") };
  }
}

/** A job that is neither queued nor in the history was taken away by a person, or the server has started anew. */
async function hasRestarted(connection: Connection, lossesBefore: number): Promise<boolean> {
  // Without a socket nobody can tell; running it again is the lesser harm.
  if (connection.losses() !== lossesBefore || !connection.isOpen()) return true;
  connection.probe();
  await sleep(500);
  return connection.losses() !== lossesBefore;
}

function allOf(
  outputs: readonly string[],
  pictures: ReadonlyMap<string, readonly ServerPicture[]>,
): readonly ServerPicture[] | undefined {
  const found = outputs.map((output) => pictures.get(output) ?? []);
  return found.every((some) => some.length > 0) ? found.flat() : undefined;
}

async function picturesByAsking(
  server: Server,
  id: string,
  outputs: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly ServerPicture[]> {
  for (let tries = 0; tries < 50; tries++) {
    const status = await server.jobStatus(id, signal);
    if (status.state === "done") return outputs.flatMap((output) => status.pictures[output] ?? []);
    await sleep(20, undefined, { signal });
  }
  return [];
}

/** Ends a job that nobody waits for any more; if that fails, it only costs the server time. */
function cancelQuietly(server: Server, id: string): void {
  server.cancel(id).catch(() => {});
}

function isRefusal(error: unknown): boolean {
  return error instanceof GeneratorError && (error.code === "workflow-invalid" || error.code === "server-failed");
}

function failed({ url }: Server, { node, classType, message }: NodeFailure): GeneratorError {
  const place = node === "" ? classType : `${classType} (node ${node})`;
  const why = message.replace(/\s+/g, " ");
  return new GeneratorError(
    "model-failed",
    `Cannot draw with ComfyUI at ${url}: ${place} failed with "${why.length > 300 ? `${why.slice(0, 299)}…` : why}"; see the server's log`,
  );
}

function interrupted({ url }: Server): GeneratorError {
  return new GeneratorError(
    "interrupted",
    `Cannot draw with ComfyUI at ${url}: somebody interrupted the job there; ask again`,
  );
}

function vanished({ url }: Server, why: string): GeneratorError {
  return new GeneratorError("interrupted", `Cannot draw with ComfyUI at ${url}: the job is gone, ${why}; ask again`);
}
