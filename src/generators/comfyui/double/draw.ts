import { createHash } from "node:crypto";
import { createRaster, encodePng } from "#pixels";
import { isLink, type Workflow } from "../workflow.ts";

/**
 * What the double draws for a workflow: on white, a subject of blocks whose colours depend on every input of every node
 * behind the output, so that another seed, prompt or LoRA gives another picture and the same gives the same.
 */
export function drawPictures(workflow: Workflow, output: string, uploads: ReadonlyMap<string, string>): Uint8Array[] {
  const taken = takenFrom(workflow, output);
  if (taken !== undefined) return [drawPictures(taken.workflow, output, uploads)[taken.index]];
  const inputs = describeInputs(workflow, output, uploads, new Set());
  const { width, height, count } = latentOf(workflow, output, uploads);
  return Array.from({ length: count }, (_, index) => {
    const picture = createRaster(width, height);
    picture.data.fill(255);
    const cell = Math.max(2, width >> 4);
    const cells = Math.floor(width / cell);
    const colors = createHash("sha512").update(`${inputs} ${index}`).digest();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)];
        if (column < 2 || row < 2 || column >= cells - 2 || row >= cells - 2) continue;
        const from = (row * 7 + column * 3) % 60;
        picture.data.set([colors[from] & 0xf0, colors[from + 1] & 0xf0, colors[from + 2] & 0x70], (y * width + x) * 4);
      }
    return encodePng(picture);
  });
}

/** Where the output is given one picture of several: the workflow that would write them all, and which it is. */
function takenFrom(
  workflow: Workflow,
  output: string,
): { readonly workflow: Workflow; readonly index: number } | undefined {
  const { images } = workflow[output].inputs;
  if (!isLink(images)) return undefined;
  const { class_type: classType, inputs } = workflow[images[0]];
  if (classType !== "ImageFromBatch") return undefined;
  const direct = { ...workflow[output], inputs: { ...workflow[output].inputs, images: inputs.image } };
  return { workflow: { ...workflow, [output]: direct }, index: Number(inputs.batch_index) };
}

function describeInputs(
  workflow: Workflow,
  id: string,
  uploads: ReadonlyMap<string, string>,
  seen: Set<string>,
): string {
  if (seen.has(id)) return `#${id}`;
  seen.add(id);
  const { class_type: classType, inputs } = workflow[id];
  const parts = Object.entries(inputs).map(([name, value]) => {
    if (isLink(value)) return `${name}=${describeInputs(workflow, value[0], uploads, seen)}.${value[1]}`;
    return `${name}=${JSON.stringify(uploads.get(String(value)) ?? value)}`;
  });
  return `${classType}(${parts.join()})`;
}

function latentOf(
  workflow: Workflow,
  output: string,
  uploads: ReadonlyMap<string, string>,
): { readonly width: number; readonly height: number; readonly count: number } {
  const nodes = Object.values(workflow);
  const cropped = nodes.find(({ class_type: classType }) => classType === "ImageCrop");
  const empty = cropped ?? nodes.find(({ class_type: classType }) => classType === "EmptyLatentImage");
  const repeated = nodes.find(({ class_type: classType }) => classType === "RepeatLatentBatch");
  const side = Number(empty?.inputs.width ?? uploads.get(`${output} side`) ?? 64);
  return {
    width: side,
    height: Number(empty?.inputs.height ?? side),
    count: Number(repeated?.inputs.amount ?? empty?.inputs.batch_size ?? 1),
  };
}
