import { GeneratorError } from "../generator-error.ts";
import { type SlotName, slotNames } from "./slots.ts";
import { isLink, type Workflow } from "./workflow.ts";

/** What could be made out of a workflow: its slots, its output, and what it is set to now. */
export type GuessedSlots = {
  readonly slots: Readonly<Partial<Record<SlotName, readonly string[]>>>;
  readonly output: string;
  readonly lorasAfter: string | undefined;
  readonly canvas: number;
  readonly defaults: { readonly steps: number; readonly guidance: number };
};

/** Inputs of nodes that are a slot by their name alone. */
const byInput: Readonly<Record<string, SlotName>> = {
  seed: "seed",
  noise_seed: "seed",
  steps: "steps",
  cfg: "guidance",
  denoise: "strength",
  ckpt_name: "model",
  unet_name: "model",
};

const outputClasses: ReadonlySet<string> = new Set(["PreviewImage", "SaveImage"]);

/**
 * Guesses what a request sets in somebody's workflow, from the names of inputs and from what is linked to a sampler's
 * positive and negative. `output` names the node whose pictures are taken where there are several. Throws a
 * GeneratorError where there is none.
 */
export function guessSlots(workflow: Workflow, name: string, output?: string): GuessedSlots {
  const slots: Partial<Record<SlotName, string[]>> = {};
  const put = (slot: SlotName, place: string) => {
    const places = (slots[slot] ??= []);
    if (!places.includes(place)) places.push(place);
  };
  let canvas: number | undefined;
  let steps: number | undefined;
  let guidance: number | undefined;
  for (const [id, { class_type: classType, inputs }] of Object.entries(workflow)) {
    for (const [input, value] of Object.entries(inputs)) {
      if (isLink(value)) continue;
      const slot = byInput[input];
      if (slot !== undefined) put(slot, `${id}.${input}`);
      if (input === "steps" && typeof value === "number") steps ??= value;
      if (input === "cfg" && typeof value === "number") guidance ??= value;
    }
    if (/^Empty.*Latent/.test(classType)) {
      for (const [input, slot] of [
        ["width", "width"],
        ["height", "height"],
        ["batch_size", "batch"],
      ] as const)
        if (typeof inputs[input] === "number") put(slot, `${id}.${input}`);
      if (typeof inputs.width === "number" && typeof inputs.height === "number")
        canvas ??= Math.min(inputs.width, inputs.height);
    }
    if (classType === "LoadImage") put("image", `${id}.image`);
    if (classType === "LoadImageMask") put("mask", `${id}.image`);
    for (const [input, slot] of [
      ["positive", "prompt"],
      ["negative", "negative"],
    ] as const)
      for (const place of textBehind(workflow, inputs[input])) put(slot, place);
  }
  // One text for both is the prompt's.
  const negative = slots.negative?.filter((place) => !slots.prompt?.includes(place));
  const { negative: _, strength, batch, ...kept } = slots;
  const found: GuessedSlots["slots"] = {
    ...kept,
    ...(negative !== undefined && negative.length > 0 && { negative }),
    // Without a picture to start from, a strength makes no sense.
    ...(slots.image !== undefined && strength !== undefined && { strength }),
    ...(batch !== undefined && { batch }),
  };
  return {
    slots: Object.fromEntries(slotNames.flatMap((slot) => (found[slot] === undefined ? [] : [[slot, found[slot]]]))),
    output: output ?? guessOutput(workflow, name),
    lorasAfter: Object.keys(workflow).find((id) => workflow[id].class_type.startsWith("CheckpointLoader")),
    canvas: Math.min(4096, Math.max(64, canvas ?? 512)),
    defaults: {
      steps: Math.min(100, Math.max(1, Math.round(steps ?? 20))),
      guidance: Math.min(20, Math.max(0, guidance ?? 1)),
    },
  };
}

function guessOutput(workflow: Workflow, name: string): string {
  const outputs = Object.keys(workflow).filter((id) => outputClasses.has(workflow[id].class_type));
  if (outputs.length === 1) return outputs[0];
  throw new GeneratorError(
    "workflow-invalid",
    outputs.length === 0
      ? `Cannot use the workflow ${name}: no node of it gives pictures back; add a SaveImage or PreviewImage node`
      : `Cannot tell which pictures of the workflow ${name} to take: its nodes ${outputs.join(" and ")} give some; name one with --output`,
  );
}

/** Places of the texts that a conditioning is made of. */
function textBehind(workflow: Workflow, start: unknown): readonly string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const open: unknown[] = [start];
  for (let link = open.pop(); link !== undefined; link = open.pop()) {
    if (!isLink(link) || seen.has(link[0])) continue;
    seen.add(link[0]);
    const { inputs } = workflow[link[0]];
    const texts = Object.keys(inputs).filter(
      (input) => /^text(?:_[gl])?$/.test(input) && typeof inputs[input] === "string",
    );
    found.push(...texts.map((input) => `${link[0]}.${input}`));
    if (texts.length === 0) open.push(...Object.values(inputs));
  }
  return found;
}
