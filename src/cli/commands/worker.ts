import type { CliContext } from "../context.ts";
import { describeFailure, exitCodes, failureOf, UsageError } from "../failure.ts";

export type StartFlags = {
  readonly listen?: string;
  readonly queue?: string;
  readonly slots?: number;
  readonly name?: string;
  readonly healthPort?: string;
  readonly grace?: number;
  readonly lease?: number;
  readonly json: boolean;
};

export async function start(
  this: CliContext,
  { json, healthPort, grace = 10, lease, slots, ...options }: StartFlags,
): Promise<void> {
  const { stdout, stderr } = this.process;
  if (slots !== undefined && !(Number.isInteger(slots) && slots >= 0 && slots <= 64))
    throw new UsageError(`Cannot draw ${slots} sprites at once: give a whole number from 0 to 64`);
  if (!(grace >= 0 && grace <= 3600))
    throw new UsageError(`Cannot wait ${grace} s for running jobs: give 0 to 3600 seconds`);
  if (lease !== undefined && !(lease >= 1 && lease <= 3600))
    throw new UsageError(`Cannot use a lease of ${lease} s: give 1 to 3600 seconds`);
  const worker = await this.daemon.start({
    ...options,
    slots,
    health: healthPort === undefined ? undefined : parseHealth(healthPort),
    leaseMs: lease === undefined ? undefined : lease * 1000,
    onTrouble: (error) => {
      stderr.write(json ? `${JSON.stringify({ error: failureOf(error) })}\n` : `${describeFailure(error)}\n`);
    },
  });
  const { close, ...facts } = worker;
  if (json) stdout.write(`${JSON.stringify(facts)}\n`);
  else {
    stdout.write(`${worker.endpoint === undefined ? "Works" : `Listens on ${worker.endpoint}`} as ${worker.name}\n`);
    stdout.write(`queue ${worker.queue}\n`);
    if (worker.library !== undefined) stdout.write(`library ${worker.library}\n`);
    if (worker.health !== undefined) stdout.write(`health ${worker.health}/healthz and /readyz\n`);
    stdout.write(`${worker.slots.length} at once: ${worker.slots.join(", ") || "nothing, other machines draw"}\n`);
  }
  await new Promise<void>((resolve) => {
    if (this.signal.aborted) resolve();
    this.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  if (!json) stderr.write("Finishing what runs; what waits stays in the queue.\n");
  await close(grace * 1000);
}

export async function status(this: CliContext, { json }: { readonly json: boolean }): Promise<void> {
  const { stdout } = this.process;
  const { client, isDaemon, close } = await this.daemon.openJobs();
  try {
    const facts = await client.status();
    const { counts, slots, isPaused, startedMs } = facts;
    if (json) stdout.write(`${JSON.stringify({ isRunning: isDaemon, ...client.daemon, ...facts })}\n`);
    else {
      stdout.write(
        isDaemon
          ? `${client.daemon.software} runs since ${new Date(startedMs).toISOString()}, library ${client.daemon.library}\n`
          : "No daemon runs: start one with dgx-pixels worker\n",
      );
      stdout.write(
        `${counts.running} running, ${counts.queued} queued, ${counts.failed} failed${isPaused ? "; paused" : ""}\n`,
      );
      for (const slot of slots) stdout.write(`${slot.name}: ${slot.job ?? "idle"}\n`);
    }
    if (!isDaemon) this.process.exitCode = exitCodes.failed;
  } finally {
    await close();
  }
}

export async function keys(this: CliContext, { json }: { readonly json: boolean }, client: string): Promise<void> {
  const { file } = await this.daemon.makeKeys(client);
  this.process.stdout.write(json ? `${JSON.stringify({ file })}\n` : `${file}\n`);
}

function parseHealth(text: string): { host: string; port: number } {
  const match = text.match(/^(?:(\[[0-9a-f:.]+\]|[a-z0-9.-]+):)?(\d{1,5})$/i);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new UsageError(`Cannot answer about health on ${text}: give a port such as 8189, or a host and a port`);
  return { host: match[1]?.replace(/^\[|\]$/g, "") ?? "127.0.0.1", port };
}
