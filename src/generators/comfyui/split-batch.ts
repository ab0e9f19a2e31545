import { isLink, type Workflow } from "./workflow.ts";

/** The core node that takes one picture out of several. */
export const takesOne = "ImageFromBatch";

/** What only writes the pictures that it is given, one after the other. */
const writers = new Set(["PreviewImage", "SaveImage"]);

/**
 * The workflow with a node for each of its pictures in place of the one that writes all, and those nodes in order: the
 * server tells of each picture when it is written, so that it is fetched and decoded while the next ones are. As it was
 * where the output does more than write.
 */
export function splitBatch(
  workflow: Workflow,
  output: string,
  count: number,
): { readonly workflow: Workflow; readonly outputs: readonly string[] } {
  const { [output]: writer, ...others } = workflow;
  const { images } = writer.inputs;
  if (count < 2 || !writers.has(writer.class_type) || !isLink(images)) return { workflow, outputs: [output] };
  const split: Record<string, Workflow[string]> = { ...others };
  const outputs = Array.from({ length: count }, (_, index) => {
    const picture = `${output}-picture-${index + 1}`;
    const one = `${picture}-taken`;
    split[one] = { class_type: takesOne, inputs: { image: images, batch_index: index, length: 1 } };
    split[picture] = { ...writer, inputs: { ...writer.inputs, images: [one, 0] } };
    return picture;
  });
  return { workflow: split, outputs };
}
