import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseRequest } from "#asset";
import { type Client, connect } from "#protocol";
import { BenchError } from "./bench-error.ts";
import type { BenchSuite } from "./suite.ts";
import { summarize } from "./summary.ts";

const fullPlan = { requests: 5000, events: 2000, restarts: 5 };
const warmups = 300;

/** How quickly a client and a daemon in another process hear of each other over a socket of this machine. */
export function ipcSuite({ requests, events, restarts } = fullPlan): BenchSuite {
  return {
    name: "ipc",
    description: "The protocol over ipc://: a request and its answer, an event one way, reconnection after kill -9.",
    async run({ signal, log }) {
      const folder = await mkdtemp(join(tmpdir(), "dgx-"));
      const endpoint = `ipc://${folder}/s`;
      const start = () => startChild(endpoint, join(folder, "jobs.db"));
      let child = await start();
      let client: Client | undefined;
      try {
        client = await connect({ endpoint, signal });
        log(`${requests} requests, one after the other`);
        const { times, bytes } = await timeRequests(client, requests, signal);
        log(`${events} events`);
        const latencies = await timeEvents(client, child, events, signal);
        log(`${restarts} restarts`);
        const reconnections: number[] = [];
        for (let restart = 0; restart < restarts; restart++) {
          signal.throwIfAborted();
          await killed(child);
          const back = connectionOf(client);
          child = await start();
          const listening = performance.now();
          await back;
          reconnections.push(performance.now() - listening);
        }
        return {
          answerBytes: bytes,
          requestP50Milliseconds: rounded(percentile(times, 0.5)),
          requestP99Milliseconds: rounded(percentile(times, 0.99)),
          eventP50Milliseconds: rounded(percentile(latencies, 0.5)),
          eventP99Milliseconds: rounded(percentile(latencies, 0.99)),
          reconnectionMedianMilliseconds: rounded(summarize(reconnections).median),
          reconnectionSlowestMilliseconds: rounded(Math.max(...reconnections)),
        };
      } finally {
        await client?.close();
        await killed(child);
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function startChild(endpoint: string, queue: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("./ipc-suite/serve-child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, endpoint, queue], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.once("exit", (code) =>
      reject(
        new BenchError(
          "peer-failed",
          `Cannot measure the protocol: the daemon ended with ${code}; see what it printed`,
          {
            subject: "daemon",
            value: code,
          },
        ),
      ),
    );
  });
  return child;
}

/** Milliseconds from a question to its answer: a job with its order, read from the queue. */
async function timeRequests(client: Client, count: number, signal: AbortSignal) {
  const request = parseRequest({ prompt: "wizard in a purple robe holding a staff", seed: 7 });
  const id = randomUUID();
  await client.add({ jobs: [{ id, order: { request, finishing: [{ step: "orphans" }] } }] });
  const times: number[] = [];
  for (let index = 0; index < warmups + count; index++) {
    if (index % 100 === 0) signal.throwIfAborted();
    const asked = performance.now();
    await client.get({ id });
    if (index >= warmups) times.push(performance.now() - asked);
  }
  return { times, bytes: JSON.stringify(await client.get({ id })).length };
}

/** Milliseconds from the daemon's telling to the listener's hearing. */
async function timeEvents(client: Client, child: ChildProcess, count: number, signal: AbortSignal) {
  const latencies: number[] = [];
  const { promise: listening, resolve: isListening } = Promise.withResolvers<void>();
  const { promise: done, resolve: isDone } = Promise.withResolvers<void>();
  const endWatch = client.watch((event) => {
    const now = process.hrtime.bigint();
    if (event.kind === "missed") isListening();
    if (event.kind !== "progress" || event.note === undefined) return;
    latencies.push(Number(now - BigInt(event.note)) / 1e6);
    if (latencies.length === warmups + count) isDone();
  });
  try {
    await listening;
    child.stdin?.write(`${warmups + count}\n`);
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    await Promise.race([done, aborted]);
    signal.removeEventListener("abort", abort);
  } finally {
    endWatch();
  }
  return latencies.slice(warmups);
}

function connectionOf(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const endWatch = client.watch((event) => {
      if (event.kind !== "connection" || !event.isConnected) return;
      endWatch();
      resolve();
    });
  });
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

function percentile(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
