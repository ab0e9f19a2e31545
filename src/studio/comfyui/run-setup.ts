import { chmod, readdir } from "node:fs/promises";
import { makeFolder, writeFileAtomically } from "#files";
import { detect, runCommand, thisMachine } from "#hardware";
import { StudioError } from "../studio-error.ts";
import { type SetupPlan, type SetupTarget } from "./plan-setup.ts";

/** What this machine's ComfyUI would run on. */
export async function setupTarget(): Promise<SetupTarget> {
  const { gpus, isDgxSpark } = await detect(thisMachine());
  if (isDgxSpark) return "gb10";
  return gpus.length > 0 ? "gpu" : "cpu";
}

/**
 * Carries out a plan step by step into a new or empty folder; tells each before it begins. Throws StudioError for a
 * folder with something in it, HardwareError for a step that fails.
 */
export async function runSetup(
  plan: SetupPlan,
  {
    onStep,
    onOutput,
    signal,
  }: {
    readonly onStep?: (title: string) => void;
    readonly onOutput?: (text: string) => void;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<void> {
  const inside = await readdir(plan.folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new StudioError("occupied", `Cannot install into ${plan.folder}: ${error.code}; name a folder`, {
      cause: error,
    });
  });
  if (inside.length > 0)
    throw new StudioError(
      "occupied",
      `Cannot install into ${plan.folder}: there is something in it (${inside[0]}); name a new folder, or an empty one`,
    );
  await makeFolder(plan.folder);
  for (const { title, command } of plan.steps) {
    onStep?.(title);
    await runCommand(command, { onOutput, signal });
  }
  await writeFileAtomically(plan.startScript.file, plan.startScript.content);
  await chmod(plan.startScript.file, 0o755);
}
