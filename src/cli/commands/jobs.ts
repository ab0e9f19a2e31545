import type { ClientEvent, Client, SpriteJob } from "#protocol";
import type { CliContext, Output } from "../context.ts";
import { exitCodes, UsageError } from "../failure.ts";
import type { OrderFlags } from "../order-flags.ts";

type State = SpriteJob["state"];
type EndedState = "done" | "failed" | "cancelled";
type JsonFlag = { readonly json: boolean };

export type AddFlags = OrderFlags &
  JsonFlag & {
    readonly generator?: string;
    readonly priority?: number;
    readonly group?: string;
    readonly after?: readonly string[];
  };

export async function add(
  this: CliContext,
  { json, generator, priority, group, after = [], ...order }: AddFlags,
  ...words: readonly string[]
): Promise<void> {
  const { stdout, stderr } = this.process;
  const prepared = await (await this.studio()).prepare({ prompt: words.join(" "), ...order });
  await withJobs(this, async (client, isDaemon) => {
    const { inBatchesOf } = await import("#studio");
    const { requests, finishing } = await inBatchesOf(client, generator ?? "sprite", prepared, this.signal);
    const dependencies = await Promise.all(after.map((reference) => idOf(client, reference)));
    const { jobs } = await client.add({
      jobs: requests.map((request) => ({
        id: crypto.randomUUID(),
        order: { request, finishing },
        ...(generator !== undefined && { generator }),
        ...(priority !== undefined && { priority }),
        ...(group !== undefined && { group }),
        ...(dependencies.length > 0 && { after: dependencies }),
      })),
    });
    for (const job of jobs) printJob(stdout, job, json);
    if (!isDaemon && !json) stderr.write("No daemon runs: they wait until dgx-pixels worker starts one.\n");
  });
}

export type ListFlags = JsonFlag & {
  readonly state?: readonly State[];
  readonly group?: string;
  readonly client?: string;
  readonly generator?: string;
  readonly limit?: number;
};

const mostAtOnce = 1000;

export async function list(
  this: CliContext,
  { json, state, group, client: asker, generator, limit = 50 }: ListFlags,
): Promise<void> {
  const { stdout, stderr } = this.process;
  if (!(Number.isInteger(limit) && limit >= 1))
    throw new UsageError(`Cannot list ${limit} jobs: give a whole number from 1`);
  await withJobs(this, async (client) => {
    const filter = { states: state, group, client: asker, lane: generator };
    let shown = 0;
    let all = 0;
    do {
      const { jobs, total } = await client.list({
        ...filter,
        limit: Math.min(limit - shown, mostAtOnce),
        offset: shown,
      });
      for (const job of jobs) printJob(stdout, job, json);
      shown += jobs.length;
      all = jobs.length === 0 ? shown : total;
    } while (shown < Math.min(limit, all));
    if (!json && all > shown) stderr.write(`There are ${all} in all: raise --limit, or narrow the list.\n`);
  });
}

export async function show(this: CliContext, { json }: JsonFlag, ...references: readonly string[]): Promise<void> {
  const { stdout } = this.process;
  await withJobs(this, async (client) => {
    for (const reference of references) {
      const job = await jobOf(client, reference);
      if (json) {
        stdout.write(`${jsonOf(job)}\n`);
        continue;
      }
      printJob(stdout, job, false);
      for (const [name, value] of Object.entries(factsOf(job))) stdout.write(`  ${name}: ${value}\n`);
    }
  });
}

export async function watch(this: CliContext, { json }: JsonFlag, ...references: readonly string[]): Promise<void> {
  const { stdout } = this.process;
  await withJobs(this, async (client) => {
    const wanted = new Set(await Promise.all(references.map((reference) => idOf(client, reference))));
    const open = new Set(wanted);
    let failures = 0;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const seen = (job: SpriteJob) => {
      const hasEnded = job.state === "done" || job.state === "failed" || job.state === "cancelled";
      if (!hasEnded || !open.delete(job.id)) return;
      if (job.state !== "done") failures++;
      if (open.size === 0) end();
    };
    const look = async () => {
      for (const id of open) {
        const { job } = await client.get({ id });
        if (job === null) open.delete(id);
        else if (job.state === "done" || job.state === "failed" || job.state === "cancelled") {
          printJob(stdout, job, json);
          seen(job);
        }
      }
      if (wanted.size > 0 && open.size === 0) end();
    };
    const endWatch = client.watch((event) => {
      if (event.kind === "missed") void look();
      else if (wanted.size === 0 || open.has(idIn(event) ?? "")) {
        printEvent(stdout, event, json);
        if (event.kind === "job" && wanted.size > 0) seen(event.job);
        if (event.kind === "removed" && open.delete(event.id) && open.size === 0) end();
      }
    });
    try {
      if (wanted.size > 0) await look();
      const stopped = new Promise<void>((resolve) => {
        if (this.signal.aborted) resolve();
        this.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await Promise.race([ended, stopped]);
      if (open.size > 0) this.signal.throwIfAborted();
    } finally {
      endWatch();
    }
    if (failures > 0) this.process.exitCode = exitCodes.failed;
  });
}

export async function cancel(this: CliContext, { json }: JsonFlag, ...references: readonly string[]): Promise<void> {
  await changeEach(this, json, references, (client, id) => client.cancel({ id }));
}

export async function retry(this: CliContext, { json }: JsonFlag, ...references: readonly string[]): Promise<void> {
  await changeEach(this, json, references, (client, id) => client.retry({ id }));
}

export async function move(this: CliContext, { json }: JsonFlag, reference: string, where: string): Promise<void> {
  const to = (["up", "down", "top", "bottom"] as const).find((place) => place === where);
  const priority = Number(where);
  if (to === undefined && !(Number.isInteger(priority) && Math.abs(priority) <= 10))
    throw new UsageError(`Cannot move a job to ${where}: give up, down, top, bottom, or a priority from -10 to 10`);
  await changeEach(this, json, [reference], (client, id) =>
    to === undefined ? client.setPriority({ id, priority }) : client.move({ id, to }),
  );
}

export async function pause(this: CliContext, { json }: JsonFlag, ...references: readonly string[]): Promise<void> {
  if (references.length > 0) await changeEach(this, json, references, (client, id) => client.pause({ id }));
  else await withJobs(this, async (client) => tellPause(this.process.stdout, await client.pauseAll(), json));
}

export async function resume(this: CliContext, { json }: JsonFlag, ...references: readonly string[]): Promise<void> {
  if (references.length > 0) await changeEach(this, json, references, (client, id) => client.resume({ id }));
  else await withJobs(this, async (client) => tellPause(this.process.stdout, await client.resumeAll(), json));
}

export type ClearFlags = JsonFlag & { readonly state?: readonly EndedState[] };

export async function clear(
  this: CliContext,
  { json, state }: ClearFlags,
  ...references: readonly string[]
): Promise<void> {
  if (state !== undefined && references.length > 0)
    throw new UsageError("Cannot clear both some jobs and some states: give one of the two");
  await withJobs(this, async (client) => {
    let removed = 0;
    if (references.length === 0)
      ({ removed } = await client.remove({ states: state ?? ["done", "failed", "cancelled"] }));
    for (const reference of references) removed += (await client.remove({ id: await idOf(client, reference) })).removed;
    this.process.stdout.write(json ? `${JSON.stringify({ removed })}\n` : `${removed} forgotten\n`);
  });
}

async function withJobs(
  { daemon }: CliContext,
  work: (client: Client, isDaemon: boolean) => Promise<void>,
): Promise<void> {
  const { client, isDaemon, close } = await daemon.openJobs();
  try {
    await work(client, isDaemon);
  } finally {
    await close();
  }
}

async function changeEach(
  context: CliContext,
  json: boolean,
  references: readonly string[],
  change: (client: Client, id: string) => Promise<{ readonly job: SpriteJob }>,
): Promise<void> {
  await withJobs(context, async (client) => {
    // All are known before any is changed.
    const ids = await Promise.all(references.map((reference) => idOf(client, reference)));
    for (const id of ids) printJob(context.process.stdout, (await change(client, id)).job, json);
  });
}

const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id that a person means by its beginning. */
async function idOf(client: Client, reference: string): Promise<string> {
  const start = reference.toLowerCase();
  if (wholeId.test(start)) return start;
  if (!/^[0-9a-f-]{4,}$/.test(start))
    throw new UsageError(`Cannot find the job ${reference}: give its id, or the first four or more characters of it`);
  const found: string[] = [];
  for (let offset = 0; ; offset += mostAtOnce) {
    const { jobs } = await client.list({ limit: mostAtOnce, offset });
    found.push(...jobs.flatMap(({ id }) => (id.startsWith(start) ? [id] : [])));
    if (jobs.length < mostAtOnce) break;
  }
  const [id] = found;
  if (id === undefined)
    throw new UsageError(`Cannot find the job ${reference}: none begins so; jobs list shows those there are`);
  if (found.length > 1)
    throw new UsageError(`Cannot tell which job ${reference} is: ${found.length} begin so; give more of its id`);
  return id;
}

async function jobOf(client: Client, reference: string): Promise<SpriteJob> {
  const id = await idOf(client, reference);
  const { job } = await client.get({ id });
  if (job === null)
    throw new UsageError(`Cannot find the job ${reference}: there is none of that id; jobs list shows those there are`);
  return job;
}

function idIn(event: ClientEvent): string | undefined {
  if (event.kind === "job") return event.job.id;
  return event.kind === "progress" || event.kind === "removed" ? event.id : undefined;
}

function printEvent(output: Output, event: ClientEvent, json: boolean): void {
  if (event.kind === "job" && !json) printJob(output, event.job, false);
  else if (json) {
    const { preview: _, ...plain } = event as { preview?: unknown };
    output.write(`${JSON.stringify(plain)}\n`);
  } else if (event.kind === "progress")
    output.write(`${event.id.slice(0, 8)}  ${event.note ?? `step ${event.step} of ${event.steps}`}\n`);
  else if (event.kind === "removed") output.write(`${event.id.slice(0, 8)}  forgotten\n`);
  else if (event.kind === "queue") tellPause(output, event, false);
  else if (event.kind === "connection")
    output.write(event.isConnected ? "The daemon is back.\n" : "The daemon is gone; waiting for it.\n");
}

function tellPause(output: Output, { isPaused }: { readonly isPaused: boolean }, json: boolean): void {
  if (json) output.write(`${JSON.stringify({ isPaused })}\n`);
  else output.write(isPaused ? "The queue is paused.\n" : "The queue goes on.\n");
}

function printJob(output: Output, job: SpriteJob, json: boolean): void {
  if (json) {
    output.write(`${jsonOf(job)}\n`);
    return;
  }
  const facts = [job.id.slice(0, 8), job.state.padEnd(9), job.lane];
  if (job.priority !== 0) facts.push(`priority ${job.priority}`);
  if (job.state === "running" && job.progress !== undefined)
    facts.push(`step ${job.progress.step} of ${job.progress.steps}`);
  if (job.order !== undefined) facts.push(`seed ${job.order.request.seed}`, job.order.request.prompt);
  if (job.state === "failed") facts.push(`(${job.failure.message})`);
  output.write(`${facts.join("  ")}\n`);
}

/** A job without its picture, which is in the library and can be large. */
function jsonOf(job: SpriteJob): string {
  if (job.state !== "done" || job.result === undefined) return JSON.stringify(job);
  const { png: _, ...result } = job.result;
  return JSON.stringify({ ...job, result });
}

function factsOf(job: SpriteJob): Record<string, string> {
  const time = (ms: number) => new Date(ms).toISOString();
  const facts: Record<string, string> = {
    id: job.id,
    client: job.client,
    added: time(job.addedMs),
    tries: `${job.attempts} of ${job.maxAttempts}`,
  };
  if (job.group !== undefined) facts["group"] = job.group;
  if (job.after.length > 0) facts["after"] = job.after.join(", ");
  if (job.lastFailure !== undefined) facts["last failure"] = job.lastFailure.message;
  if (job.order !== undefined) facts["request"] = JSON.stringify(job.order.request);
  if (job.state === "running") Object.assign(facts, { worker: job.worker, started: time(job.startedMs) });
  if (job.state === "done") {
    facts["took"] = `${((job.endedMs - job.startedMs) / 1000).toFixed(2)} s`;
    if (job.result?.file !== undefined) facts["file"] = job.result.file;
    for (const note of job.result?.notes ?? []) facts["note"] = note;
  }
  return facts;
}
