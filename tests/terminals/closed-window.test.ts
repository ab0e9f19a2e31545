/** The end of the studio when its window is closed: its terminal is gone, and nobody is left to say farewell to. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { isAlive } from "./studio-window.ts";

const owner = fileURLToPath(new URL("./window-owner.ts", import.meta.url));

async function openWindow(how: "alone" | "shell") {
  const folder = await mkdtemp(join(tmpdir(), "dgx-w-"));
  const terminal = spawn(process.execPath, [owner, how], {
    cwd: folder,
    env: {
      ...process.env,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, "config"),
      XDG_RUNTIME_DIR: folder,
      DGX_PIXELS_LIBRARY: join(folder, "library"),
      DGX_PIXELS_THREADS: "1",
      LANG: "C.UTF-8",
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let pids: readonly number[] = [];
  onTestFinished(async () => {
    terminal.kill("SIGKILL");
    for (const pid of pids.filter(isAlive)) process.kill(pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
  });
  pids = await new Promise<readonly number[]>((resolve, reject) => {
    terminal.stdout.once("data", (line) => resolve(JSON.parse(String(line))));
    terminal.once("exit", (code) => reject(new Error(`The terminal ended with ${code} before the studio stood there`)));
  });
  return { folder, terminal, pids };
}

for (const [how, processes] of [
  ["alone", 2],
  ["shell", 3],
] as const)
  it.skipIf(process.platform !== "linux")(`leaves no process behind when its window is closed, ${how}`, async () => {
    const { terminal, pids } = await openWindow(how);
    // The shell, the one that watches, and the studio.
    expect(pids).toHaveLength(processes);
    expect(pids.every(isAlive)).toBe(true);
    terminal.kill("SIGKILL");
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  });

it.skipIf(process.platform !== "linux")("keeps what was typed when its window is closed", async () => {
  const { folder, terminal, pids } = await openWindow("alone");
  terminal.stdin.end("red dragon");
  // It is saved as it closes, if not before.
  await new Promise((resolve) => terminal.stdout.once("data", resolve));
  terminal.kill("SIGKILL");
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  const state = await readFile(join(folder, "config", "dgx-pixels", "terminal.json"), "utf8");
  expect(JSON.parse(state)).toMatchObject({ draft: { prompt: "red dragon" } });
});
