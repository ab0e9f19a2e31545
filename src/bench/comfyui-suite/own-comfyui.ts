import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openServer } from "#generators";
import { BenchError } from "../bench-error.ts";

export type OwnComfyui = { readonly url: string; readonly stop: () => Promise<void> };

/** How long it may take to import PyTorch and its nodes. */
const startsWithinMs = 300_000;

const ownNodes = {
  name: "dgx-pixels",
  folder: fileURLToPath(new URL("../../../python/comfyui_nodes", import.meta.url)),
};

type OwnComfyuiOptions = {
  /** Of its code. */
  readonly directory: string;
  readonly python: string;
  /** Of its models and pictures. */
  readonly base: string;
  readonly flags: readonly string[];
  /** Added to this process's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it has the nodes of python/comfyui_nodes. */
  readonly hasOwnNodes: boolean;
};

/**
 * Starts ComfyUI, whose code is in `directory`, on a free port of this machine and without custom nodes but ours, and
 * waits until it answers. It finds its models in `base` and keeps its pictures there. Throws a BenchError with the last line of its
 * log when it does not start; `comfyui.log` in `base` has all of it.
 */
export async function startOwnComfyui(
  { directory, python, base, flags, environment, hasOwnNodes }: OwnComfyuiOptions,
  signal: AbortSignal,
): Promise<OwnComfyui> {
  // Without a page of its own it asks for the package that has one.
  const front = join(base, "front");
  await mkdir(front, { recursive: true });
  await writeFile(join(front, "index.html"), "");
  if (hasOwnNodes) await cp(ownNodes.folder, join(base, "custom_nodes", ownNodes.name), { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const child = spawn(
    "env",
    [
      ...settings,
      python,
      ...["main.py", "--port", String(port), "--preview-method", "auto"],
      ...["--disable-all-custom-nodes", "--disable-api-nodes"],
      ...(hasOwnNodes ? ["--whitelist-custom-nodes", ownNodes.name] : []),
      ...["--base-directory", base, "--front-end-root", front, ...flags],
    ],
    { cwd: directory, stdio: ["ignore", "ignore", "pipe"] },
  );
  let failure: string | undefined;
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-4000);
  });
  // What it complains about and goes on without is told nowhere else.
  child.stderr.pipe(createWriteStream(join(base, "comfyui.log"), { flags: "a" }));
  child.once("error", ({ message }) => {
    failure = message;
  });
  child.once("close", (code, name) => {
    failure ??= `it ended with ${code ?? name}: ${log.trim().split("\n").at(-1) ?? ""}`;
  });
  const stop = () => killed(child);
  try {
    const server = openServer({ url, timeoutMs: 2000 });
    const startedMs = performance.now();
    for (;;) {
      signal.throwIfAborted();
      if (failure === undefined && performance.now() - startedMs > startsWithinMs)
        failure = `it did not answer in ${startsWithinMs / 1000} s`;
      if (failure !== undefined)
        throw new BenchError(
          "peer-failed",
          `Cannot start ComfyUI in ${directory} with ${["python", ...flags].join(" ")}: ${failure}`,
          { subject: "comfyui", value: directory },
        );
      if (await server.systemStats(signal).then(isThere, isAway)) return { url, stop };
      await sleep(250);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

const isThere = () => true;
const isAway = () => false;

async function killed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
