import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readTemplate, slotMapSuffix } from "#generators";

const builtIn = new URL("../../../workflows/", import.meta.url);

/**
 * Writes the built-in workflows of these names to `folder`, with a node before every sampler that compiles the network.
 * LoRAs still go in before it.
 */
export async function writeCompiledWorkflows(names: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    const { workflow } = await readTemplate(name, undefined);
    const compiled = Object.fromEntries(
      Object.entries(workflow).flatMap(([id, node]) => {
        if (node.class_type !== "KSampler") return [[id, node]];
        const compiler = `${id}-compiled`;
        const inputs = { model: node.inputs.model, backend: "inductor" };
        return [
          [compiler, { class_type: "TorchCompileModel", inputs }],
          [id, { ...node, inputs: { ...node.inputs, model: [compiler, 0] } }],
        ];
      }),
    );
    await writeFile(join(folder, `${name}.json`), JSON.stringify(compiled));
    const slots = await readFile(new URL(name + slotMapSuffix, builtIn));
    await writeFile(join(folder, name + slotMapSuffix), slots);
  }
}
