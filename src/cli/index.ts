/**
 * The command line: it parses words, calls the studio and prints what comes back.
 *
 *     await runCli(["generate", "red dragon"], context, "0.1.0");
 */
export type { CliContext, Output, WorkerStart } from "./context.ts";
export { describeFailure } from "./failure.ts";
export { runCli } from "./run.ts";
