import type { ComfyuiAccess } from "#studio";
import type { CliContext } from "./context.ts";
import { runCli } from "./run.ts";

type Outcome = { readonly out: string; readonly err: string; readonly code: number; readonly json: readonly any[] };

/** For tests: runs a command line that needs no generator and no library, in a pipe or on a terminal of 80 columns. */
export async function runWords(
  inputs: readonly string[],
  {
    isTTY = false,
    signal = new AbortController().signal,
    comfyui,
  }: { readonly isTTY?: boolean; readonly signal?: AbortSignal; readonly comfyui?: ComfyuiAccess } = {},
): Promise<Outcome> {
  let out = "";
  let err = "";
  const terminal = isTTY ? { isTTY, columns: 80, getColorDepth: () => 24 } : {};
  const process: CliContext["process"] = {
    stdout: { write: (text) => void (out += text), ...terminal },
    stderr: { write: (text) => void (err += text), ...terminal },
  };
  const refuse = async () => {
    throw new Error("This command was to work without a studio");
  };
  const daemon = { openJobs: refuse, openDrawing: refuse, start: refuse, makeKeys: refuse };
  await runCli(
    inputs,
    {
      process,
      signal,
      studio: refuse,
      tui: refuse,
      daemon,
      comfyui: async () => comfyui ?? refuse(),
      benchSuites: refuse,
    },
    "9.9.9",
  );
  const code = Number(process.exitCode ?? 0);
  return {
    out,
    err,
    code,
    json: out.startsWith("{")
      ? out
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line))
      : [],
  };
}
