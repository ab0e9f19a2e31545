import { type SlotMap, type SlotName, splitPlace } from "./slots.ts";
import { isLink, type Workflow, type WorkflowNode } from "./workflow.ts";

export type SlotValues = Readonly<Partial<Record<SlotName, string | number>>>;

export type Lora = { readonly name: string; readonly strength: number };

/** A copy of the workflow with values in its slots and LoRAs chained behind the node that loads the model. */
export function fillWorkflow(
  workflow: Workflow,
  { slots, lorasAfter }: Pick<SlotMap, "slots" | "lorasAfter">,
  values: SlotValues,
  loras: readonly Lora[] = [],
): Workflow {
  const filled: Record<string, WorkflowNode> = structuredClone(workflow);
  for (const [slot, places] of Object.entries(slots)) {
    const value = values[slot as SlotName];
    if (value === undefined) continue;
    for (const place of places) {
      const [id, input, factor] = splitPlace(place);
      filled[id].inputs[input] = typeof value === "number" && factor !== 1 ? Math.round(value * factor) : value;
    }
  }
  return lorasAfter === undefined ? filled : withLoras(filled, lorasAfter, loras);
}

function withLoras(workflow: Record<string, WorkflowNode>, after: string, loras: readonly Lora[]): Workflow {
  let last = after;
  const added: Record<string, WorkflowNode> = {};
  for (const [index, { name, strength }] of loras.entries()) {
    const id = freeId(workflow, `lora-${index + 1}`);
    added[id] = {
      class_type: "LoraLoader",
      inputs: {
        lora_name: name,
        strength_model: strength,
        strength_clip: strength,
        model: [last, 0],
        clip: [last, 1],
      },
    };
    last = id;
  }
  if (last === after) return workflow;
  // Output 2 of a checkpoint is its autoencoder, which LoRAs leave alone.
  for (const { inputs } of Object.values(workflow))
    for (const [input, value] of Object.entries(inputs))
      if (isLink(value) && value[0] === after && value[1] < 2) inputs[input] = [last, value[1]];
  return { ...workflow, ...added };
}

function freeId(workflow: Workflow, wanted: string): string {
  let id = wanted;
  while (id in workflow) id = `${id}-`;
  return id;
}
