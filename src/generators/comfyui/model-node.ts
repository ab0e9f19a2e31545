import { isLink, type Workflow, type WorkflowNode } from "./workflow.ts";

/** The node of python/comfyui_nodes: the network's pass as one CUDA graph. Of the pixels it changes last bits. */
export const cudaGraphsNode = "DgxPixelsCudaGraphs";

/** The workflow with a node of this class between the network, LoRAs included, and every sampler. */
export function withModelNode(
  workflow: Workflow,
  { class_type: classType, inputs = {} }: { readonly class_type: string; readonly inputs?: WorkflowNode["inputs"] },
): Workflow {
  const added = Object.entries(workflow).flatMap(([id, node]): [string, WorkflowNode][] => {
    const { model } = node.inputs;
    if (!node.class_type.startsWith("KSampler") || !isLink(model)) return [[id, node]];
    const before = `${id}-model`;
    return [
      [before, { class_type: classType, inputs: { ...inputs, model } }],
      [id, { ...node, inputs: { ...node.inputs, model: [before, 0] } }],
    ];
  });
  return Object.fromEntries(added);
}
