import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readTemplate, slotMapSuffix, withModelNode } from "#generators";
import type { Tuning } from "./tunings.ts";

const builtIn = new URL("../../../workflows/", import.meta.url);

/**
 * Writes the built-in workflows of these names to `folder`, with `modelNode` between the network and every sampler.
 * LoRAs still go in before it.
 */
export async function writeTunedWorkflows(
  names: readonly string[],
  modelNode: NonNullable<Tuning["modelNode"]>,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    const { workflow } = await readTemplate(name, undefined);
    await writeFile(join(folder, `${name}.json`), JSON.stringify(withModelNode(workflow, modelNode)));
    const slots = await readFile(new URL(name + slotMapSuffix, builtIn));
    await writeFile(join(folder, name + slotMapSuffix), slots);
  }
}
