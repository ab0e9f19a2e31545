import { ExitCode, proposeCompletions, run } from "@stricli/core";
import { buildCli } from "./app.ts";
import type { CliContext } from "./context.ts";
import { exitCodes } from "./failure.ts";

/** Runs one command line and sets `context.process.exitCode`. */
export async function runCli(inputs: readonly string[], context: CliContext, version: string): Promise<void> {
  const app = buildCli(version, inputs.includes("--json"));
  // The completion scripts ask by this word, which no person types.
  if (inputs[0] === "complete") {
    const words = inputs.slice(inputs[1] === "--" ? 2 : 1);
    for (const { completion } of await proposeCompletions(app, words, context))
      context.process.stdout.write(`${completion}\n`);
    return;
  }
  await run(app, inputs, context);
  // The library answers with negative codes, which a shell cannot see as such.
  const code = context.process.exitCode;
  if (code === ExitCode.UnknownCommand || code === ExitCode.InvalidArgument) context.process.exitCode = exitCodes.usage;
  else if (typeof code === "number" && code < 0) context.process.exitCode = exitCodes.failed;
}
