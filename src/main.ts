/**
 * The composition root: the only place that reads the environment, and the one that wires the rooms together. What a
 * command needs is imported when it is used, so that `--help` starts at once.
 */
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import packageJson from "../package.json" with { type: "json" };

enableCompileCache();
const { limits } = await import("#asset");
const { describeFailure, runCli } = await import("#cli");
type CliContext = import("#cli").CliContext;
type Studio = import("#studio").Studio;

const { version } = packageJson;
const cancellation = new AbortController();
const cancel = () => cancellation.abort(new DOMException("Cancelled", "AbortError"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, cancel);
// A reader that goes away, such as `head`, needs no more from us.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    cancel();
  });

let studio: Promise<Studio> | undefined;
const context: CliContext = {
  process,
  signal: cancellation.signal,
  studio: () => (studio ??= openStudio()),
  tui,
  benchSuites: async () => {
    const { benchSuites } = await import("#bench");
    return benchSuites({ config: await loadSettings() });
  },
};

try {
  await runCli(process.argv.slice(2), context, version);
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
} finally {
  await (await studio?.catch(() => undefined))?.close();
}

async function loadSettings() {
  const [{ loadConfig }, { countPerformanceCores, thisMachine }] = await Promise.all([
    import("#config"),
    import("#hardware"),
  ]);
  return loadConfig({
    environment: process.env,
    home: homedir(),
    workingFolder: process.cwd(),
    flags: {},
    performanceCores: await countPerformanceCores(thisMachine()),
    readTextFile: (path) => readFileSync(path, "utf8"),
  });
}

async function openStudio(): Promise<Studio> {
  const [config, { createStudio }, { openComfyuiGenerator, openSpriteGenerator }, { authorizationHeaders }] =
    await Promise.all([loadSettings(), import("#studio"), import("#generators"), import("#config")]);
  return createStudio({
    generators: {
      sprite: () => openSpriteGenerator({ folder: join(config.models, "sprite"), threads: config.threads }),
      comfyui: () =>
        openComfyuiGenerator({
          servers: config.comfyui.map((url) => ({ url, headers: authorizationHeaders(config.comfyuiToken) })),
          workflows: config.workflows,
        }),
    },
    models: config.models,
    openLibrary: async () => {
      const { openLibrary } = await import("#library");
      return openLibrary(config.library, { clock: () => new Date() });
    },
    rebuildLibrary: async () => {
      const { rebuildLibrary } = await import("#library");
      return rebuildLibrary(config.library, { clock: () => new Date() });
    },
    diagnose: async (signal) => {
      const { diagnose, thisMachine } = await import("#hardware");
      return diagnose({ config, machine: thisMachine(), fetch, signal });
    },
    software: `dgx-pixels ${version}`,
    randomSeed: () => randomInt(limits.seed + 1),
  });
}

/** The studio on the terminal, in a process that has what its renderer needs. */
async function tui(): Promise<number> {
  const { localBackend, needsOwnProcess, runTui, superviseTui } = await import("#tui");
  const { signal } = cancellation;
  if (needsOwnProcess(process.execArgv, process.env.NODE_OPTIONS)) {
    const [, script = ""] = process.argv;
    return superviseTui({ script, args: process.argv.slice(2), stdout: process.stdout, signal });
  }
  const [config, { standardFolders }] = await Promise.all([loadSettings(), import("#config")]);
  const folders = standardFolders({ environment: process.env, home: homedir(), platform: process.platform });
  await runTui({
    stdin: process.stdin,
    stdout: process.stdout,
    environment: process.env,
    preferences: {},
    stateFile: join(folders.settings, "terminal.json"),
    signal,
    backend: async () =>
      localBackend(await context.studio(), {
        parallel: config.threads,
        software: `dgx-pixels ${version}`,
        clockMs: Date.now,
      }),
  });
  return 0;
}
