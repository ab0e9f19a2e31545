import type { Output } from "./context.ts";

/** Prints what a person should know beside the result. */
export function tellNotes(output: Output, notes: readonly string[]): void {
  for (const note of notes) output.write(`note: ${note}\n`);
}
