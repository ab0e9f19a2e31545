import { spawn } from "node:child_process";
import { HardwareError } from "./hardware-error.ts";

/** A program with its arguments, and where it runs. */
export type Command = {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly folder?: string | undefined;
};

/**
 * Runs a command to its end and hands on what it prints, piece by piece. Throws HardwareError when it cannot be started
 * or fails, with the last line it printed; the reason of an aborted signal, after ending it.
 */
export async function runCommand(
  command: Command,
  { onOutput, signal }: { readonly onOutput?: (text: string) => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  signal?.throwIfAborted();
  const told = [command.program, ...command.arguments].join(" ");
  let last = "";
  const child = spawn(command.program, command.arguments, {
    cwd: command.folder,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      onOutput?.(text);
      last = text.trim().split("\n").at(-1) || last;
    });
  const ended = Promise.withResolvers<{ readonly error?: Error; readonly code?: number | null }>();
  child.on("error", (error) => ended.resolve({ error }));
  child.on("close", (code) => ended.resolve({ code }));
  const { error, code } = await ended.promise;
  signal?.throwIfAborted();
  if (error === undefined && code === 0) return;
  const why = error === undefined ? `it ended with ${code}: ${last}` : error.message;
  throw new HardwareError("command-failed", `Cannot run ${told}: ${why}`, { subject: told }, { cause: error });
}
