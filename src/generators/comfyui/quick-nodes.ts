import type { Workflow } from "./workflow.ts";

/** The node of python/comfyui_nodes that writes pictures as PreviewImage does, without compressing them. */
export const quickWriter = "DgxPixelsPicture";

/** The node of python/comfyui_nodes that decodes as VAEDecode does, sooner. */
export const quickDecoder = "DgxPixelsDecode";

/** The workflow with that writer in place of each output that is a PreviewImage. */
export function withQuickWriter(workflow: Workflow, outputs: readonly string[]): Workflow {
  return withClass(workflow, "PreviewImage", quickWriter, outputs);
}

/** The workflow with that decoder in place of each VAEDecode. */
export function withQuickDecoder(workflow: Workflow): Workflow {
  return withClass(workflow, "VAEDecode", quickDecoder, Object.keys(workflow));
}

/** With the nodes of these ids that are of class `usual` made ones of class `quick`, which takes and gives the same. */
function withClass(workflow: Workflow, usual: string, quick: string, ids: readonly string[]): Workflow {
  const changed = ids
    .filter((id) => workflow[id].class_type === usual)
    .map((id) => [id, { ...workflow[id], class_type: quick }] as const);
  return { ...workflow, ...Object.fromEntries(changed) };
}
