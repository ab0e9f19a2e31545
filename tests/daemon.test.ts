/** The daemon as a person runs it: real processes, killed at any moment. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { parseRequest, readRecipe } from "#asset";
import { openLibrary } from "#library";
import { type Client, type ClientEvent, connect } from "#protocol";

const launcher = fileURLToPath(new URL("../bin/dgx-pixels.js", import.meta.url));
/** A loaded machine takes a while to start some processes. */
vi.setConfig({ testTimeout: 300_000 });
const killRounds = Number(process.env.DGX_PIXELS_KILL_ROUNDS ?? 3);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-d-"));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const environment = (changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  DGX_PIXELS_LIBRARY: join(folder, "library"),
  DGX_PIXELS_THREADS: "2",
  // Nobody listens there.
  DGX_PIXELS_COMFYUI: "http://127.0.0.1:9",
  ...changes,
});

async function run(inputs: readonly string[], changes: NodeJS.ProcessEnv = {}) {
  try {
    const env = environment(changes);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [launcher, ...inputs], { env });
    return { stdout, stderr, code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { stdout, stderr, code };
  }
}

const jsonOf = ({ stdout }: { readonly stdout: string }) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

type Started = {
  readonly child: ChildProcess;
  readonly facts: { readonly endpoint: string; readonly health: string; readonly library: string };
};

const startWorker = (...inputs: readonly string[]) => startWorkerIn(environment(), ...inputs);

async function startWorkerIn(env: NodeJS.ProcessEnv, ...inputs: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [launcher, "worker", "--json", "--lease", "1", ...inputs], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  let stdout = "";
  const facts = await new Promise<Started["facts"]>((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      stdout += chunk;
      if (stdout.includes("\n")) resolve(JSON.parse(stdout.split("\n")[0]));
    });
    child.on("exit", (code) => reject(new Error(`The worker ended with ${code}: ${stderr}`)));
  });
  return { child, facts };
}

const exitOf = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null)
      resolve({ code: child.exitCode, signal: child.signalCode });
    else child.on("exit", (code, signal) => resolve({ code, signal }));
  });

async function kill(child: ChildProcess) {
  child.kill("SIGKILL");
  await exitOf(child);
}

async function connected(endpoint: string): Promise<Client> {
  const client = await connect({ endpoint, timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  return client;
}

let nextSeed = 1;
function sampleJob() {
  const request = parseRequest({ prompt: "gem", seed: nextSeed++, steps: 1, size: 16 });
  // On a machine so busy that every round is over before a sprite is drawn, each one costs the first job a try.
  return { id: randomUUID(), order: { request, finishing: [] }, maxAttempts: killRounds + 10 };
}

const eventually = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 200_000, interval: 20 });

describe("generate", () => {
  it("gives the same through the daemon as by itself, and leaves the queue as it found it", async () => {
    const alone = await run(["generate", "red dragon", "--count", "2", "--seed", "5", "--steps", "1", "--json"]);
    const { facts } = await startWorker();
    const byDaemon = await run(["generate", "red dragon", "--count", "2", "--seed", "5", "--steps", "1", "--json"]);
    expect([byDaemon.code, byDaemon.stderr]).toEqual([0, ""]);
    const withoutTime = (sprites: readonly object[]) => sprites.map((sprite) => ({ ...sprite, seconds: 0 }));
    expect(withoutTime(jsonOf(byDaemon))).toEqual(withoutTime(jsonOf(alone)));
    const client = await connected(facts.endpoint);
    expect((await client.counts()).counts).toMatchObject({ done: 2, queued: 0 });
    // Kept to its own process, it tells the daemon nothing.
    expect((await run(["generate", "red dragon", "--seed", "5", "--steps", "1", "--local"])).code).toBe(0);
    expect((await client.counts()).counts.done).toBe(2);
    const wrong = ["generate", "red dragon", "--size", "37", "--json"];
    const [told, byItself] = [await run(wrong), await run([...wrong, "--local"])];
    expect([told.code, told.stderr]).toEqual([byItself.code, byItself.stderr]);
  });

  it("and jobs add let ComfyUI draw several in one go", async () => {
    const double = join(import.meta.dirname, "../src/generators/comfyui/double/main.ts");
    const comfyui = spawn(process.execPath, [double], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void comfyui.kill("SIGKILL"));
    const [line] = (await once(comfyui.stdout, "data")) as [Buffer];
    const url = line.toString().trim();
    const { facts } = await startWorkerIn(environment({ DGX_PIXELS_COMFYUI: url }));
    const order = [
      "gem",
      "--generator",
      "comfyui",
      "--workflow",
      "sdxl-batch",
      "--size",
      "32",
      "--steps",
      "1",
      "--json",
    ];
    const runsOf = async () => Object.keys((await (await fetch(`${url}/history`)).json()) as object).length;
    const sprites = jsonOf(await run(["generate", ...order, "--seed", "7", "--count", "3"]));
    expect([sprites.length, await runsOf()]).toEqual([3, 1]);
    expect(jsonOf(await run(["jobs", "add", ...order, "--seed", "8", "--count", "4"]))).toHaveLength(4);
    const client = await connected(facts.endpoint);
    await eventually(async () => expect((await client.counts()).counts.done).toBe(7));
    expect(await runsOf()).toBe(2);
  });

  it("takes its jobs back when it is ended", async () => {
    const { facts } = await startWorker();
    const client = await connected(facts.endpoint);
    const child = spawn(process.execPath, [launcher, "generate", "gem", "--count", "300", "--json"], {
      env: environment(),
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGINT");
    expect((await exitOf(child)).code).toBe(130);
    await eventually(async () => {
      const { counts } = await client.counts();
      expect([counts.queued, counts.running]).toEqual([0, 0]);
      expect(counts.cancelled).toBeGreaterThan(0);
    });
  });
});

describe("a daemon", () => {
  it("is the only one of its library, tells how it does, and drains", async () => {
    const { child, facts } = await startWorker("--health-port", "0");
    const second = await run(["worker"]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`a daemon has it already (process ${child.pid}, ${facts.endpoint})`);
    expect((await fetch(`${facts.health}/readyz`)).status).toBe(200);
    expect((await run(["worker", "status"])).stdout).toContain("sprite-1: idle");
    const [{ id }] = jsonOf(await run(["jobs", "add", "gem", "--seed", "1", "--json"]));
    child.kill("SIGTERM");
    expect(await exitOf(child)).toEqual({ code: 0, signal: null });
    expect(existsSync(facts.endpoint.replace("ipc://", ""))).toBe(false);
    // Drawn or back in its place: never lost. Without a daemon the queue can be seen all the same.
    const [job] = jsonOf(await run(["jobs", "show", id, "--json"]));
    expect(["done", "queued"]).toContain(job.state);
    expect((await run(["worker", "status"])).code).toBe(1);
  });

  it("lets in from afar those with keys", async () => {
    const { file } = jsonOf(await run(["worker", "keys", "ada", "--json"]))[0];
    const port = await freePorts();
    await startWorker("--listen", `tcp://0.0.0.0:${port}`);
    const afar = { DGX_PIXELS_ENDPOINT: `tcp://127.0.0.1:${port}`, DGX_PIXELS_LIBRARY: join(folder, "other") };
    const { code, stdout } = await run(["generate", "gem", "--seed", "3", "--steps", "1", "--json"], {
      ...afar,
      DGX_PIXELS_CLIENT_KEYS: file,
    });
    expect(code).toBe(0);
    const [sprite] = jsonOf({ stdout });
    expect(sprite.file).toContain(join(folder, "other"));
    expect(readRecipe(await readFile(sprite.file)).request.seed).toBe(3);
  });

  it("is reached from Node by the package's name", async () => {
    const { facts } = await startWorker();
    const script = `
      import { connect } from "dgx-pixels/client";
      const client = await connect({ endpoint: ${JSON.stringify(facts.endpoint)}, client: "my-tool" });
      console.log(JSON.stringify([client.daemon.library, (await client.generators()).generators[0].name]));
      await client.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
    });
    expect(JSON.parse(stdout)).toEqual([facts.library, "sprite"]);
  });

  it("that is restarted finds its clients waiting", async () => {
    const { child, facts } = await startWorker();
    const client = await connected(facts.endpoint);
    const events: ClientEvent[] = [];
    client.watch((event) => events.push(event));
    await kill(child);
    const job = sampleJob();
    const adding = client.add({ jobs: [job] }, { timeoutMs: 200_000 });
    await startWorker();
    expect((await adding).jobs[0].id).toBe(job.id);
    await eventually(async () => expect((await client.get({ id: job.id })).job?.state).toBe("done"));
    await eventually(() =>
      expect(events.flatMap((event) => (event.kind === "connection" ? [event.isConnected] : []))).toEqual([
        false,
        true,
      ]),
    );
  });

  it("keeps ten thousand jobs, in their order, over kill -9", async () => {
    const { child, facts } = await startWorker();
    const client = await connected(facts.endpoint);
    await client.pauseAll();
    const ids: string[] = [];
    for (let part = 0; part < 10; part++) {
      const jobs = Array.from({ length: 1000 }, sampleJob);
      await client.add({ jobs });
      ids.push(...jobs.map(({ id }) => id));
    }
    await kill(child);
    await startWorker();
    expect(await client.counts()).toMatchObject({ isPaused: true, counts: { queued: 10_000, running: 0 } });
    const found: string[] = [];
    for (let offset = 0; offset < ids.length; offset += 1000)
      found.push(...(await client.list({ limit: 1000, offset })).jobs.map(({ id }) => id));
    expect(found).toEqual(ids);
    await client.move({ id: ids[9999], to: "top" });
    expect((await client.list({ limit: 1 })).jobs[0].id).toBe(ids[9999]);
  });

  it(
    `loses nothing and does nothing twice when it is killed, ${killRounds} times`,
    async () => {
      const acknowledged = new Map<string, number>();
      let endpoint = "";
      for (let round = 0; round < killRounds; round++) {
        const { child, facts } = await startWorker();
        ({ endpoint } = facts);
        const client = await connected(endpoint);
        const adding = (async () => {
          for (let count = 0; count < 4; count++) {
            const job = sampleJob();
            await client.add({ jobs: [job] }, { timeoutMs: 1000 });
            acknowledged.set(job.id, job.order.request.seed);
          }
        })().catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 1500));
        await kill(child);
        await client.close();
        await adding;
      }
      const { child } = await startWorker();
      const client = await connected(endpoint);
      await eventually(async () => {
        const { counts } = await client.counts();
        expect([counts.queued, counts.running, counts.failed]).toEqual([0, 0, 0]);
      });
      expect(acknowledged.size).toBeGreaterThan(0);
      const states = new Map<string, string>();
      for (const id of acknowledged.keys()) states.set(id, String((await client.get({ id })).job?.state));
      expect([...states.values()].filter((state) => state !== "done")).toEqual([]);
      const { counts } = await client.counts();
      await kill(child);

      const library = await openLibrary(join(folder, "library"), { clock: () => new Date() });
      const sprites = library.list({ limit: 1000 }).entries;
      // What was added and not acknowledged may be there as well, but nothing is there twice.
      expect(sprites.length).toBe(counts.done);
      expect(new Set(sprites.map(({ seed }) => seed)).size).toBe(sprites.length);
      expect(sprites.map(({ seed }) => seed)).toEqual(expect.arrayContaining([...acknowledged.values()]));
      for (const { file, seed } of sprites) expect(readRecipe(await readFile(file)).request.seed).toBe(seed);
      library.close();
    },
    Math.max(300_000, killRounds * 20_000),
  );
});

/** A port that is free, as is the next, below those that systems give to outgoing connections, of which others have many. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "0.0.0.0", () => server.close(() => resolve(true)));
  });
}
