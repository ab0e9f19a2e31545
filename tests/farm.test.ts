/** Machines that share a queue on Redis: real processes, one of them killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished, vi } from "vitest";
import { parseRequest } from "#asset";
import { startPrivateRedis } from "#jobs";
import { openLibrary } from "#library";
import { connect } from "#protocol";

vi.setConfig({ testTimeout: 300_000 });
const launcher = fileURLToPath(new URL("../bin/dgx-pixels.js", import.meta.url));
const eventually = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 200_000, interval: 20 });

/** More rounds: DGX_PIXELS_KILL_ROUNDS=100 npx vitest run tests/farm.test.ts */
const killRounds = Number(process.env["DGX_PIXELS_KILL_ROUNDS"] ?? 4);
const double = join(import.meta.dirname, "../src/generators/comfyui/double/main.ts");

async function startWorker(folder: string, ...inputs: readonly string[]) {
  return startWorkerWith({}, folder, ...inputs);
}

async function startWorkerWith(changes: NodeJS.ProcessEnv, folder: string, ...inputs: readonly string[]) {
  const env = {
    ...process.env,
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    DGX_PIXELS_LIBRARY: join(folder, "library"),
    DGX_PIXELS_THREADS: "1",
    DGX_PIXELS_COMFYUI: "http://127.0.0.1:9",
    ...changes,
  };
  const child = spawn(process.execPath, [launcher, "worker", "--json", "--lease", "1", ...inputs], { env });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [line] = await new Promise<string[]>((resolve, reject) => {
    child.stdout.once("data", (chunk) => resolve(String(chunk).split("\n")));
    child.once("exit", (code) => reject(new Error(`The worker ended with ${code}: ${stderr}`)));
  });
  return { child, facts: JSON.parse(line) as { endpoint?: string; library?: string; slots: string[] } };
}

async function kill(child: ChildProcess) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

it("a farm draws everything once, though a worker and the head are killed", async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), "dgx-r-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const redis = await startPrivateRedis(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  });
  if (redis === undefined) return skip("redis-server is not installed");
  onTestFinished(() => redis.stop());
  const queue = `unix://${redis.url}`;
  const startHead = () =>
    startWorker(folder, "--queue", queue, "--listen", `ipc://${folder}/s`, "--slots", "0", "--name", "head");
  const head = await startHead();
  const first = await startWorker(folder, "--queue", queue);
  expect(first.facts.endpoint).toBeUndefined();
  expect(first.facts.library).toBeUndefined();

  const client = await connect({ endpoint: String(head.facts.endpoint), timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  const jobs = Array.from({ length: 12 }, (_, index) => {
    const request = parseRequest({ prompt: "gem", seed: index + 1, steps: 4, size: 16 });
    return { id: randomUUID(), order: { request, finishing: [] }, maxAttempts: 20 };
  });
  const previews = new Set<string>();
  client.watch((event) => {
    if (event.kind === "progress" && event.preview !== undefined) previews.add(event.id);
  });
  await client.add({ jobs });
  await eventually(async () => expect((await client.counts()).counts.done).toBeGreaterThan(1));
  await kill(first.child);
  await kill(head.child);
  await startWorker(folder, "--queue", queue);
  // Drawn while nobody was there to take it in, or not yet: both are in the library in the end, once.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await startHead();
  await eventually(async () => expect((await client.counts()).counts.done).toBe(12));
  const library = await openLibrary(join(folder, "library"), { clock: () => new Date() });
  onTestFinished(() => library.close());
  await eventually(() => expect(library.count()).toBe(12));
  const seeds = library.list().entries.map(({ seed }) => seed);
  expect(seeds.toSorted((left, right) => left - right)).toEqual(jobs.map((_, index) => index + 1));
  const { jobs: done } = await client.list({ states: ["done"] });
  expect(done.every((job) => job.state === "done" && job.result?.sprite !== undefined)).toBe(true);
  // What the workers drew could be seen as it became.
  expect(previews.size).toBeGreaterThan(0);
});

/** ComfyUI's double in a process of its own; a killed one comes back on its port. */
async function startComfyui(port = "0") {
  const child = spawn(process.execPath, [double, port, "5"], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, url: line.toString().trim() };
}

it(
  `a farm loses nothing and does nothing twice when its parts are killed in turn, ${killRounds} times`,
  async ({ skip }) => {
    const folder = await mkdtemp(join(tmpdir(), "dgx-k-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    let redis = await startPrivateRedis(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return undefined;
    });
    if (redis === undefined) return skip("redis-server is not installed");
    onTestFinished(() => redis?.stop("SIGKILL"));
    const queue = `unix://${redis.url}`;
    let comfyui = await startComfyui();
    const environment = { DGX_PIXELS_COMFYUI: comfyui.url };
    const startHead = () =>
      startWorkerWith(environment, folder, "--queue", queue, "--listen", `ipc://${folder}/s`, "--slots", "1");
    const startDrawer = () => startWorkerWith(environment, folder, "--queue", queue);
    let head = await startHead();
    let drawer = await startDrawer();
    const client = await connect({ endpoint: String(head.facts.endpoint), timeoutMs: 60_000 });
    onTestFinished(() => client.close());

    const parts: readonly (() => Promise<void>)[] = [
      async () => {
        await redis?.stop("SIGKILL");
        redis = await startPrivateRedis(folder);
      },
      async () => {
        await kill(drawer.child);
        drawer = await startDrawer();
      },
      async () => {
        await kill(comfyui.child);
        comfyui = await startComfyui(new URL(comfyui.url).port);
      },
      async () => {
        await kill(head.child);
        head = await startHead();
      },
    ];
    const seeds = new Map<string, number>();
    for (let round = 0; round < killRounds; round++) {
      const jobs = ["sprite", "comfyui"].map((generator, index) => {
        const request = parseRequest({ prompt: "gem", seed: 2 * round + index + 1, steps: 2, size: 32 });
        return { id: randomUUID(), generator, order: { request, finishing: [] }, maxAttempts: killRounds + 10 };
      });
      const adding = client.add({ jobs }, { timeoutMs: 200_000 });
      await new Promise((resolve) => setTimeout(resolve, 400 * Math.random()));
      await parts[round % parts.length]();
      await adding;
      for (const { id, order } of jobs) seeds.set(id, order.request.seed);
    }
    await eventually(async () => expect((await client.counts()).counts.done).toBe(2 * killRounds));
    const library = await openLibrary(join(folder, "library"), { clock: () => new Date() });
    onTestFinished(() => library.close());
    await eventually(() => expect(library.count()).toBe(2 * killRounds));
    const drawn = library.list({ limit: 1000 }).entries.map(({ seed }) => seed);
    expect(drawn.toSorted((left, right) => left - right)).toEqual([...seeds.values()].toSorted((a, b) => a - b));
  },
  120_000 + killRounds * 30_000,
);
