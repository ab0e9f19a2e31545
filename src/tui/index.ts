/**
 * The studio on a terminal: eight screens over what the studio and the queue can do.
 *
 *     if (needsOwnProcess(process.execArgv, undefined)) await superviseTui({ script, args, stdout, signal });
 *     else await runTui({ backend, stdin, stdout, environment, preferences, settings, stateFile, signal });
 */
import type { TuiOptions } from "./run-tui.ts";

export { needsOwnProcess, nodeFlags, superviseTui } from "./supervise.ts";
export { TuiError } from "./tui-error.ts";
export type { TuiOptions };

/**
 * Runs the studio on a terminal until it is left, and puts the terminal back as it was, whatever happens. Throws a
 * TuiError where it cannot run, and what ended it where that was a failure.
 */
export async function runTui(options: TuiOptions): Promise<void> {
  // Whoever only supervises needs none of it.
  const { runTui: run } = await import("./run-tui.ts");
  await run(options);
}

/** What the benchmark draws; see stress.ts. */
export async function runTuiStress(streams: Pick<TuiOptions, "stdin" | "stdout" | "environment">, signal: AbortSignal) {
  const { runStress } = await import("./stress.ts");
  await runStress(streams, signal);
}
