import type { JobFailure } from "#jobs";

/** What the next try would meet just as well: the request itself, or a model that is not there. */
const permanentCodes: Readonly<Record<string, ReadonlySet<string> | "all">> = {
  AssetError: "all",
  PixelsError: "all",
  WorkerError: "all",
  GeneratorError: new Set(["unsupported", "unknown-words", "model-missing", "model-altered", "workflow-invalid"]),
};

const foreignErrors = new Set(["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "AbortError"]);

export type Failure = JobFailure & { readonly isPermanent: boolean };

/** An error as the queue keeps it: the rooms' own with code and sentence, a defect of ours as such. */
export function failureOf(error: unknown): Failure {
  const { name, message, code } = error as { name?: unknown; message?: unknown; code?: unknown };
  if (typeof name !== "string" || typeof code !== "string" || foreignErrors.has(name))
    return { code: "unexpected", message: `Unexpected failure: ${String(message ?? error)}`, isPermanent: false };
  const permanent = permanentCodes[name];
  return { code, message: String(message), isPermanent: permanent === "all" || permanent?.has(code) === true };
}
