/** A daemon whose disk is full: real processes on a real file system of a few megabytes. */
import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished, vi } from "vitest";
import { parseRequest } from "#asset";
import { connect } from "#protocol";

vi.setConfig({ testTimeout: 300_000 });
const launcher = fileURLToPath(new URL("../bin/dgx-pixels.js", import.meta.url));
const eventually = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 200_000, interval: 50 });

const needsMount = "needs Linux with user name spaces, to mount a disk";
const inNameSpace = ["--user", "--map-root-user", "--mount"];
const canMount = (() => {
  try {
    execFileSync("unshare", [...inNameSpace, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** A daemon on a disk of its own; `disk` is where this process sees that. */
async function startWorkerOnDisk(kilobytes: number) {
  const folder = await mkdtemp(join(tmpdir(), "dgx-f-"));
  const mounted = join(folder, "disk");
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  execFileSync("mkdir", [mounted]);
  const mount = `mount -t tmpfs -o size=${kilobytes}k tmpfs "$0"; exec "$@"`;
  const command = [process.execPath, launcher, "worker", "--json", "--lease", "2"];
  const child = spawn("unshare", [...inNameSpace, "sh", "-ec", mount, mounted, ...command], {
    env: {
      ...process.env,
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      DGX_PIXELS_LIBRARY: join(mounted, "library"),
      DGX_PIXELS_THREADS: "1",
      DGX_PIXELS_COMFYUI: "http://127.0.0.1:9",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk) => resolve(String(chunk).split("\n")[0]));
    child.once("exit", (code) => reject(new Error(`The worker ended with ${code}: ${stderr}`)));
  });
  const { endpoint } = JSON.parse(line) as { endpoint: string };
  return { child, endpoint, disk: join(`/proc/${child.pid}/root`, mounted), troubles: () => stderr };
}

it("loses nothing that was acknowledged, says so in a sentence, and goes on when there is room", async ({ skip }) => {
  skip(!canMount, needsMount);
  const { child, endpoint, disk, troubles } = await startWorkerOnDisk(4000);
  const filler = join(disk, "filler");
  const client = await connect({ endpoint, timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  const acknowledged: string[] = [];
  const add = async (seed: number) => {
    const request = parseRequest({ prompt: "gem", seed, steps: 8, size: 32 });
    const job = { id: randomUUID(), order: { request, finishing: [] } };
    await client.add({ jobs: [job] });
    acknowledged.push(job.id);
  };
  await add(1);
  await eventually(async () => expect((await client.counts()).counts.done).toBe(1));

  for (let seed = 2; seed < 12; seed++) await add(seed);
  fillUp(filler);
  const refusal = await addUntilRefused(async (count) => add(12 + count));
  expect(refusal).toMatchObject({
    code: "disk-full",
    message: expect.stringMatching(/^Cannot add to the queue: the disk of .* is full; free some space$/),
  });
  // What is there can be seen all the same, and the one who looks after the daemon is told once, in a sentence.
  await eventually(() => expect(troubles()).toMatch(/Cannot [^:]*: .* full; free some space/));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const told = troubles().trim().split("\n");
  expect(new Set(told).size).toBe(told.length);
  expect((await client.list({ limit: 1000 })).total).toBe(acknowledged.length);

  rmSync(filler);
  await eventually(async () => expect((await client.counts()).counts.done).toBe(acknowledged.length));
  await add(500);
  await eventually(async () => expect((await client.counts()).counts.done).toBe(acknowledged.length));
  const { jobs } = await client.list({ limit: 1000 });
  expect(jobs.map(({ id }) => id).toSorted()).toEqual(acknowledged.toSorted());
  expect(jobs.every((job) => job.state === "done" && job.result?.sprite !== undefined)).toBe(true);
  expect(child.exitCode).toBeNull();
});

async function addUntilRefused(add: (count: number) => Promise<void>): Promise<unknown> {
  for (let count = 0; count < 500; count++)
    try {
      await add(count);
    } catch (error) {
      return error;
    }
  throw new Error("A full disk took everything");
}

/** Leaves not a page. */
function fillUp(path: string): void {
  const page = Buffer.alloc(4096);
  try {
    for (;;) writeFileSync(path, page, { flag: "a" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
