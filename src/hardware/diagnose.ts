import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { authorizationHeaders, type Config } from "#config";
import { type Check, type Findings, judge, type ModelFinding } from "./checks.ts";
import { checkComfyui } from "./comfyui.ts";
import { detect } from "./detect.ts";
import { checkFolderRoom } from "./folder-room.ts";
import { HardwareError } from "./hardware-error.ts";
import type { Machine } from "./machine.ts";
import { verifyModelFiles } from "./model-files.ts";

export type DiagnoseOptions = {
  readonly config: Pick<Config, "library" | "models" | "workflows" | "comfyui" | "comfyuiToken" | "threads">;
  readonly machine: Machine;
  readonly fetch: typeof globalThis.fetch;
  /** For each of nvidia-smi and ComfyUI. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
};

/** Looks at everything that drawing a sprite on this machine takes, all at once, and judges it. Throws only the reason of an aborted signal. */
export async function diagnose({
  config,
  machine,
  fetch,
  timeoutMs = 5000,
  signal,
}: DiagnoseOptions): Promise<readonly Check[]> {
  const [hardware, models, library, comfyui] = await Promise.all([
    detect(machine, { timeoutMs, signal }),
    inspectModels(config.models, signal),
    checkFolderRoom(config.library),
    inspectServers(config, { fetch, timeoutMs, signal }),
  ]);
  return judge({ config, hardware, models, library, comfyui });
}

function inspectServers(
  { comfyui, comfyuiToken }: Pick<Config, "comfyui" | "comfyuiToken">,
  options: Omit<Parameters<typeof checkComfyui>[1], "headers">,
): Promise<Findings["comfyui"]> {
  const headers = authorizationHeaders(comfyuiToken);
  return Promise.all(comfyui.map(async (url) => ({ url, status: await checkComfyui(url, { ...options, headers }) })));
}

/** Every folder in the models folder is a model. */
async function inspectModels(folder: string, signal: AbortSignal | undefined): Promise<Findings["models"]> {
  let names: string[];
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    return { trouble: (error as Error).message };
  }
  if (names.length === 0) return { trouble: `${folder} holds no model` };
  return Promise.all(names.sort().map((name) => inspectModel(folder, name, signal)));
}

async function inspectModel(folder: string, name: string, signal: AbortSignal | undefined): Promise<ModelFinding> {
  try {
    return { name, files: await verifyModelFiles(join(folder, name), { signal }) };
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    return { name, trouble: error.message };
  }
}
