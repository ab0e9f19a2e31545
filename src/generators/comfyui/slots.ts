import { z } from "zod";
import { GeneratorError } from "../generator-error.ts";
import { isLink, type Workflow } from "./workflow.ts";

/** What a request can set in a workflow. */
export const slotNames = [
  "prompt",
  "negative",
  "seed",
  "steps",
  "guidance",
  "model",
  "width",
  "height",
  "batch",
  "image",
  "mask",
  "strength",
] as const;

export type SlotName = (typeof slotNames)[number];

/** An input of a node, as "3.seed", or a part of the value, as "5.width*0.5"; a slot may stand for several. */
const placeSchema = z
  .string()
  .regex(/^[^.*]+\.[^.*]+(?:\*\d+(?:\.\d+)?)?$/, { error: 'give node and input as "3.seed"' });

const loraSchema = z.strictObject({
  name: z.string().min(1),
  strength: z.number(),
  /** Without it the workflow does not make sense, such as the LoRA that makes few steps enough. */
  isRequired: z.boolean().default(false),
});

/** The file beside a workflow, NAME.slots.json: which inputs a request sets, and with what it is drawn best. */
export const slotMapSchema = z.strictObject({
  description: z.string().min(1),
  /** The base model that it is made for; LoRAs and checkpoints that say they are of another are refused. */
  family: z.enum(["sdxl", "sd15"]).optional(),
  slots: z.partialRecord(z.enum(slotNames), z.array(placeSchema).min(1).readonly()),
  /** The node whose pictures are taken. */
  output: z.string().min(1),
  /** The node after which LoRAs go: its output 0 is the model, 1 the text encoder. */
  lorasAfter: z.string().min(1).optional(),
  /** LoRAs that it brings, where the server has them. */
  loras: z.array(loraSchema).readonly().default([]),
  /** Checkpoints by preference; of others it takes the first that fits. */
  models: z.array(z.string()).readonly().default([]),
  /** Width and height that it draws at, in pixels; sprites are brought down from there. */
  canvas: z.int().min(64).max(4096),
  /** Widths (= heights) of sprites that come out well. */
  sizes: z.array(z.int().min(1).max(4096)).min(1).readonly(),
  defaults: z.strictObject({
    steps: z.int().min(1).max(100),
    guidance: z.number().min(0).max(20),
  }),
  /** What stands before and after the person's words. */
  prompt: z
    .strictObject({ before: z.string().default(""), after: z.string().default("") })
    .default({ before: "", after: "" }),
  /** What is kept out beside what the person names. */
  negative: z.string().default(""),
  /** The picture repeats without a seam. */
  isTile: z.boolean().default(false),
  /** The subject stands on a plain ground that can be taken away. */
  hasPlainGround: z.boolean().default(false),
  /** The most pictures it draws in one go. */
  batch: z.int().min(1).max(64).optional(),
});

export type SlotMap = z.infer<typeof slotMapSchema>;

/** Checks that every place of a slot map is there in its workflow. Throws a GeneratorError. */
export function checkSlots(name: string, workflow: Workflow, map: SlotMap): void {
  const refuse = (why: string) => new GeneratorError("workflow-invalid", `Cannot use the workflow ${name}: ${why}`);
  for (const [slot, places] of Object.entries(map.slots))
    for (const place of places) {
      const [id, input] = splitPlace(place);
      if (workflow[id] === undefined) throw refuse(`its slot ${slot} is ${place}, but it has no node ${id}`);
      if (!(input in workflow[id].inputs)) throw refuse(`its slot ${slot} is ${place}, but node ${id} has no ${input}`);
      if (isLink(workflow[id].inputs[input]))
        throw refuse(`its slot ${slot} is ${place}, which is linked to another node; name an input with a value`);
    }
  for (const [what, id] of [
    ["output", map.output],
    ["place for LoRAs", map.lorasAfter],
  ])
    if (id !== undefined && workflow[id] === undefined)
      throw refuse(`its ${what} is node ${id}, which it does not have`);
}

export function splitPlace(place: string): readonly [node: string, input: string, factor: number] {
  const [, node, input, factor = "1"] = /^([^.]+)\.([^*]+)(?:\*(.+))?$/.exec(place) ?? ["", place, ""];
  return [node, input, Number(factor)];
}
