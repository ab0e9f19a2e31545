import type { Workflow } from "./workflow.ts";

/** The node of python/comfyui_nodes that writes pictures as PreviewImage does, without compressing them. */
export const quickWriter = "DgxPixelsPicture";

/** The workflow with that node in place of each output that is a PreviewImage. */
export function withQuickWriter(workflow: Workflow, outputs: readonly string[]): Workflow {
  const quick = outputs
    .filter((id) => workflow[id].class_type === "PreviewImage")
    .map((id) => [id, { ...workflow[id], class_type: quickWriter }] as const);
  return { ...workflow, ...Object.fromEntries(quick) };
}
