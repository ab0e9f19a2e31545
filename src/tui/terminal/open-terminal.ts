import { TuiError } from "../tui-error.ts";
import { type Environment, type Terminal, terminalOver } from "./terminal.ts";

export type TerminalStreams = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly environment: Environment;
};

/** Frames a second at most; timers run in whole milliseconds, so this asks for a little more than 60. */
const mostFramesPerSecond = 64;

/**
 * Takes over the terminal. Throws TuiError where there is none, and where the native part of the renderer is missing for
 * this platform, with the package to add.
 */
export async function openTerminal({ stdin, stdout, environment }: TerminalStreams): Promise<Terminal> {
  if (!stdin.isTTY || !stdout.isTTY)
    throw new TuiError(
      "no-terminal",
      "Cannot open the studio: it needs a terminal for input and output; run dgx-pixels tui without pipes",
    );
  const core = await loadRenderer();
  // The library writes Node's warning of its first foreign call onto the terminal if it listens by then.
  core.resolveRenderLib();
  await new Promise((resolve) => setImmediate(resolve));
  const before = new Set<unknown>([
    ...process.listeners("uncaughtException"),
    ...process.listeners("unhandledRejection"),
    ...process.listeners("warning"),
  ]);
  const renderer = await core.createCliRenderer({
    stdin,
    stdout,
    exitOnCtrlC: false,
    exitSignals: [],
    consoleMode: "disabled",
    openConsoleOnError: false,
    useMouse: true,
    enableMouseMovement: false,
    useKittyKeyboard: { disambiguate: true, alternateKeys: true },
    targetFps: mostFramesPerSecond,
    maxFps: mostFramesPerSecond,
    kittyImageTransport: "zlib",
    environment: Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  });
  // The library logs uncaught errors and warnings, over the screen, and goes on; ours ends the program with the terminal
  // restored.
  for (const event of ["uncaughtException", "unhandledRejection", "warning"] as const)
    for (const listener of process.listeners(event as "uncaughtException"))
      if (!before.has(listener)) process.off(event, listener);
  return terminalOver(core, renderer, environment);
}

async function loadRenderer(): Promise<typeof import("@opentui/core")> {
  try {
    return await import("@opentui/core");
  } catch (cause) {
    throw rendererMissing(cause, process.platform, process.arch);
  }
}

/** One sentence that names the package to add. */
export function rendererMissing(cause: unknown, platform: string, architecture: string): TuiError {
  const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
  const name = `@opentui/core-${platform}-${architecture}`;
  return new TuiError(
    "renderer-missing",
    `Cannot open the studio: the terminal renderer has no native part for ${platform} ${architecture} here (${reason}); ` +
      `add it with npm install --no-save ${name}@0.8.1. Every other command works without it`,
    { cause },
  );
}
