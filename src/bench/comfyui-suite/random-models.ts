import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BenchError } from "../bench-error.ts";

const maker = fileURLToPath(new URL("../../../python/comfyui_random_checkpoint/make.py", import.meta.url));

/** Shapes that the maker knows: the full size (6.9 GB), and one that a processor can run (1.9 GB). */
export type RandomShape = "sdxl" | "sdxl-tiny";

const models = [
  { path: "models/checkpoints/random-sdxl.safetensors", flags: [] },
  // The fast workflow looks for a name with this in it.
  { path: "models/loras/random-lcm-lora-sdxl.safetensors", flags: ["--lora"] },
];

/**
 * A folder for `--base-directory` beside the code of ComfyUI in `directory`, with nothing but a checkpoint and an LCM LoRA
 * of random weights; both are written unless they are there. Throws a BenchError.
 */
export async function randomModels(
  directory: string,
  python: string,
  shape: RandomShape,
  { signal, log }: { readonly signal: AbortSignal; readonly log: (text: string) => void },
): Promise<string> {
  const base = join(directory, "dgx-pixels-bench", shape);
  for (const { path, flags } of models) {
    const file = join(base, path);
    if (existsSync(file)) continue;
    log(`writing ${file}`);
    await mkdir(dirname(file), { recursive: true });
    try {
      await promisify(execFile)(python, [maker, directory, shape, file, ...flags], { signal });
    } catch (cause) {
      signal.throwIfAborted();
      const { stderr = "", message } = cause as { readonly stderr?: string; readonly message: string };
      throw new BenchError(
        "peer-failed",
        `Cannot make a model of random weights with ${python}: ${stderr.trim().split("\n").at(-1) || message}`,
        { subject: "comfyui", value: file },
      );
    }
  }
  return base;
}
