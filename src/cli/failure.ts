/** The rooms' own errors: their messages are written for people. */
const ownErrors = new Set([
  "AssetError",
  "BenchError",
  "ConfigError",
  "DatabaseError",
  "EvaluationError",
  "FilesError",
  "GeneratorError",
  "HardwareError",
  "JobsError",
  "LibraryError",
  "PixelsError",
  "ProtocolError",
  "StudioError",
  "TuiError",
  "UsageError",
  "WorkerError",
]);

/** Options that do not go together. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

export const exitCodes = { failed: 1, usage: 2, cancelled: 130 } as const;

/** What a person reads: one sentence for what is foreseen, the whole trace for a defect of ours. */
export function describeFailure(error: unknown): string {
  if (isCancellation(error)) return "Cancelled.";
  if (!(error instanceof Error)) return `Unexpected failure: ${String(error)}`;
  if (ownErrors.has(error.name)) return error.message;
  return `Unexpected failure, please report it: ${error.stack ?? error.message}`;
}

/** What a program reads: one JSON object a line. */
export function failureAsJson(error: unknown): string {
  return JSON.stringify({ error: failureOf(error) });
}

export function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  return { code: codeOf(error), message: describeFailure(error) };
}

function codeOf(error: unknown): string {
  if (isCancellation(error)) return "cancelled";
  if (error instanceof Error && ownErrors.has(error.name) && "code" in error) return String(error.code);
  return "unexpected";
}

export function exitCodeOf(error: unknown): number {
  if (isCancellation(error)) return exitCodes.cancelled;
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}

function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
