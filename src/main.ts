/**
 * The composition root: the only place that reads the environment, and the one that wires the rooms together. What a
 * command needs is imported when it is used, so that `--help` starts at once.
 */
import { randomInt, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import packageJson from "../package.json" with { type: "json" };

type CliContext = import("#cli").CliContext;
type WorkerStart = import("#cli").WorkerStart;
type Config = import("#config").Config;
type Studio = import("#studio").Studio;

const { version } = packageJson;
/** As recipes keep it. */
const software = `dgx-pixels ${version}`;
const clock = () => new Date();
const cancellation = new AbortController();
const cancel = () => cancellation.abort(new DOMException("Cancelled", "AbortError"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, cancel);
// A reader that goes away, such as `head` or a terminal whose window is closed, needs no more from us.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    cancel();
  });

let studio: Promise<Studio> | undefined;
const context: CliContext = {
  process,
  signal: cancellation.signal,
  studio: () => (studio ??= openStudio()),
  tui,
  daemon: {
    openJobs,
    openDrawing: async () => openDrawing(await loadSettings()),
    start: startWorker,
    makeKeys: async (name) => makeClientKeys(name),
  },
  comfyui: async () => comfyuiAccess(await loadSettings()),
  benchSuites: async () => {
    const { benchSuites } = await import("#bench");
    const config = await loadSettings();
    return benchSuites({ config, comfyui: (await comfyuiAccess(config)).servers });
  },
};

try {
  const words = process.argv.slice(2);
  // The studio on a terminal takes no options, and starts without the command line's code.
  if (words.join(" ") === "tui") process.exitCode = await tui();
  else {
    const { runCli } = await import("#cli");
    await runCli(words, context, version);
  }
} catch (error) {
  const { describeFailure } = await import("#cli");
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
} finally {
  await (await studio?.catch(() => undefined))?.close();
}

async function loadSettings(flags: SettingsFlags = {}): Promise<Config> {
  const [{ loadConfig }, sources] = await Promise.all([import("#config"), settingsSources(flags)]);
  return loadConfig(sources);
}

type SettingsFlags = { readonly endpoint?: string; readonly queue?: string };

async function settingsSources(flags: SettingsFlags) {
  const { countPerformanceCores, thisMachine } = await import("#hardware");
  return {
    environment: process.env,
    home: homedir(),
    workingFolder: process.cwd(),
    flags,
    temporaryFolder: tmpdir(),
    userId: process.getuid?.(),
    performanceCores: await countPerformanceCores(thisMachine()),
    readTextFile: (path: string) => readFileSync(path, "utf8"),
  };
}

async function openStudio(): Promise<Studio> {
  const [config, { createStudio }, { limits }] = await Promise.all([
    loadSettings(),
    import("#studio"),
    import("#asset"),
  ]);
  const generators = await generatorsOf(config);
  return createStudio({
    generators: Object.fromEntries(Object.entries(generators).map(([name, { open }]) => [name, open])),
    models: config.models,
    openLibrary: () => openOwnLibrary(config),
    findDaemon: () => findOwnDaemon(config),
    rebuildLibrary: async () => {
      const { rebuildLibrary } = await import("#library");
      return rebuildLibrary(config.library, { clock });
    },
    diagnose: async (signal) => {
      const { diagnose, thisMachine } = await import("#hardware");
      return diagnose({ config, machine: thisMachine(), fetch, signal });
    },
    software,
    randomSeed: () => randomInt(limits.seed + 1),
  });
}

/** The studio on the terminal, in a process that has what its renderer needs. */
async function tui(): Promise<number> {
  const { needsOwnProcess, runTui, superviseTui } = await import("#tui");
  const { signal } = cancellation;
  if (needsOwnProcess(process.execArgv, process.env.NODE_OPTIONS)) {
    const [, script = ""] = process.argv;
    return superviseTui({ script, args: process.argv.slice(2), stdout: process.stdout, signal });
  }
  const [config, { explainConfig, settingsFileOf, standardFolders }, sources] = await Promise.all([
    loadSettings(),
    import("#config"),
    settingsSources({}),
  ]);
  const folders = standardFolders({ environment: process.env, home: homedir(), platform: process.platform });
  await runTui({
    stdin: process.stdin,
    stdout: process.stdout,
    environment: process.env,
    preferences: config.terminal,
    settings: { file: settingsFileOf(sources), list: () => explainConfig(sources) },
    stateFile: join(folders.settings, "terminal.json"),
    signal,
    backend: () => openBackend(config),
  });
  return 0;
}

async function comfyuiAccess({ comfyui, comfyuiToken, workflows, models }: Config) {
  const { authorizationHeaders } = await import("#config");
  const headers = authorizationHeaders(comfyuiToken);
  return { servers: comfyui.map((url) => ({ url, headers })), workflows, models };
}

/** What can draw, by name, and how many pictures at once. */
async function generatorsOf(config: Config, spriteSlots = config.threads) {
  const { openComfyuiGenerator, openSpriteGenerator } = await import("#generators");
  const { servers, workflows } = await comfyuiAccess(config);
  return {
    sprite: {
      open: () => openSpriteGenerator({ folder: join(config.models, "sprite"), threads: config.threads }),
      slots: spriteSlots,
    },
    comfyui: {
      open: () => openComfyuiGenerator({ servers, workflows }),
      slots: config.comfyui.length,
    },
  };
}

async function openOwnLibrary({ library }: Config) {
  const { openLibrary } = await import("#library");
  return openLibrary(library, { clock });
}

function isFarm({ queue }: Config): boolean {
  return /^(rediss?|unix):/.test(queue);
}

async function openQueue(config: Config) {
  const { openBullmqQueue, openSqliteQueue } = await import("#jobs");
  const { queue, queuedPerClient, runningPerClient } = config;
  const quota = { maxQueued: queuedPerClient, maxRunning: runningPerClient };
  if (isFarm(config)) return openBullmqQueue({ url: queue.replace(/^unix:\/\//, ""), randomId: randomUUID, quota });
  return openSqliteQueue(queue, { clock, randomId: randomUUID, quota });
}

/** A client of the daemon that the settings name. One on another machine must be there; one's own may be. */
async function findOwnDaemon({ endpoint, isEndpointGiven, clientKeys }: Config) {
  const { connect, findDaemon } = await import("#protocol");
  const options = { endpoint, client: userName(), keys: clientKeys, signal: cancellation.signal };
  return isEndpointGiven && endpoint.startsWith("tcp:") ? connect(options) : findDaemon(options);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "somebody";
  }
}

async function openJobs() {
  const config = await loadSettings();
  const client = await findOwnDaemon(config);
  if (client !== undefined) return { client, isDaemon: true, close: client.close };
  // Nobody draws here: this is the queue as it lies on the disk, by the same messages.
  const [{ startDaemon }, { connectInProcess }, all, queue, library] = await Promise.all([
    import("#worker"),
    import("#protocol"),
    generatorsOf(config),
    openQueue(config),
    openOwnLibrary(config),
  ]);
  const generators = Object.fromEntries(
    Object.entries(all).map(([name, generator]) => [name, { ...generator, slots: 0 }]),
  );
  const daemon = await startDaemon({ queue, library, generators, name: workerName(), software, clock });
  const local = connectInProcess(daemon.service, { client: userName() });
  return {
    client: local,
    isDaemon: false,
    async close() {
      await local.close();
      await daemon.close();
      await queue.close();
      library.close();
    },
  };
}

function workerName(): string {
  return `${hostname()}-${process.pid}`;
}

async function startWorker({ listen, queue: queueFlag, name = workerName(), slots, ...options }: WorkerStart) {
  const config = await loadSettings({ endpoint: listen, queue: queueFlag });
  const isHead = !isFarm(config) || listen !== undefined;
  const { lockDaemon, startDaemon } = await import("#worker");
  const ends: (() => unknown)[] = [];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    if (isHead) ends.push(await lockDaemon(config.library, { endpoint: config.endpoint }));
    const queue = await openQueue(config);
    ends.push(() => queue.close());
    const library = isHead ? await openOwnLibrary(config) : undefined;
    ends.push(() => library?.close());
    const isLocal = /^(ipc:|tcp:\/\/(localhost|127\.|\[::1\]))/.test(config.endpoint);
    const daemon = await startDaemon({
      ...options,
      queue,
      library,
      takesIn: isFarm(config),
      generators: await generatorsOf(config, slots),
      name,
      software,
      clock,
      listen: isHead ? { endpoint: config.endpoint, keys: isLocal ? undefined : config.daemonKeys } : undefined,
    });
    return {
      name,
      endpoint: daemon.endpoint,
      health: daemon.health,
      library: library?.directory,
      queue: config.queue,
      slots: daemon.slots,
      async close(graceMs: number) {
        await daemon.close(graceMs);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeClientKeys(name: string) {
  const [{ daemonKeys }, { makeKeys }] = await Promise.all([loadSettings(), import("#protocol")]);
  return makeKeys(daemonKeys, name);
}

/** What the studio on the terminal works with. */
async function openBackend(config: Config) {
  const [studio, { openLoadMeter, thisMachine }, drawing, choices] = await Promise.all([
    context.studio(),
    import("#hardware"),
    openDrawing(config),
    choicesOf(config),
  ]);
  const readLoad = openLoadMeter({ machine: thisMachine(), folder: config.library });
  return { studio, readLoad, choices, ...drawing };
}

/** What the ComfyUI servers have to choose from, and what was trained here; nothing is asked before it is needed. */
async function choicesOf(config: Config) {
  const [{ listModels, listWorkflows, readTrainingRuns }, access] = await Promise.all([
    import("#studio"),
    comfyuiAccess(config),
  ]);
  return {
    generator: "comfyui",
    models: () => listModels(access),
    workflows: () => listWorkflows(access),
    trainingRuns: () => readTrainingRuns(config.training),
  };
}

/** The daemon where one runs; else the queue and what draws, in this process. */
async function openDrawing(config: Config) {
  const found = await findOwnDaemon(config);
  if (found !== undefined) return { kind: "daemon", client: found, close: found.close } as const;
  const [{ startDaemon }, { connectInProcess }, generators, queue, library] = await Promise.all([
    import("#worker"),
    import("#protocol"),
    generatorsOf(config),
    openQueue(config),
    openOwnLibrary(config),
  ]);
  const daemon = await startDaemon({ queue, library, generators, name: workerName(), software, clock });
  const client = connectInProcess(daemon.service, { client: userName() });
  const close = async () => {
    await client.close();
    await daemon.close(0);
    await queue.close();
    library.close();
  };
  return { kind: "in-process", client, close } as const;
}
