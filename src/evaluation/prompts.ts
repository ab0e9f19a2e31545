import { readFile } from "node:fs/promises";
import { z } from "zod";
import { EvaluationError } from "./evaluation-error.ts";

const promptSchema = z.strictObject({
  prompt: z.string().min(1),
  category: z.string(),
  /** The colour family that must be seen, where the prompt names one. */
  color: z.string().optional(),
});

/** A prompt of the fixed list, with what the sprite must be seen to be. */
export type EvaluationPrompt = z.infer<typeof promptSchema>;

/** Reads the list: a JSON object a line. */
export async function readPrompts(file: string): Promise<readonly EvaluationPrompt[]> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new EvaluationError("unreadable", `Cannot read ${file}: ${cause.code}; restore the file`, { cause });
  });
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => promptSchema.parse(JSON.parse(line)));
}
