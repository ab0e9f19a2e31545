import { choicesOf, type NodeInfo } from "./node-info.ts";
import { describeNode, isLink, type Workflow } from "./workflow.ts";

/** What is wrong with a workflow on one server; `message` is the second half of a sentence. */
export type WorkflowProblem = {
  readonly kind: "missing-node" | "missing-model" | "missing-input" | "bad-value" | "no-output";
  readonly node?: string;
  readonly message: string;
};

/** Inputs whose choices are files of the server's models folder. */
const modelInputs: Readonly<Record<string, string>> = {
  ckpt_name: "checkpoint",
  lora_name: "LoRA",
  vae_name: "VAE",
  unet_name: "diffusion model",
  clip_name: "text encoder",
  control_net_name: "ControlNet",
  model_name: "model",
  style_model_name: "style model",
};

/**
 * Holds a workflow against what the server says of its nodes: classes that it lacks, required inputs that are neither
 * given nor linked, names that are not among the choices, no node that gives anything back. Pictures that are still to
 * be uploaded are left out by `ignored` ("10.image").
 */
export function checkWorkflow(
  workflow: Workflow,
  infoOf: (classType: string) => NodeInfo | undefined,
  ignored: ReadonlySet<string> = new Set(),
): readonly WorkflowProblem[] {
  const problems: WorkflowProblem[] = [];
  let hasOutput = false;
  for (const [id, { class_type: classType, inputs }] of Object.entries(workflow)) {
    const info = infoOf(classType);
    if (info === undefined) {
      problems.push({
        kind: "missing-node",
        node: id,
        message: `it needs the node ${classType} (node ${id}), which the server does not have; install the custom node that brings it, or update ComfyUI`,
      });
      continue;
    }
    hasOutput ||= info.output_node;
    for (const input of Object.keys(info.input.required ?? {}))
      if (!(input in inputs))
        problems.push({
          kind: "missing-input",
          node: id,
          message: `${describeNode(workflow, id)} lacks its input ${input}; give it in the workflow`,
        });
    for (const [input, value] of Object.entries(inputs)) {
      const choices = choicesOf(info, input);
      if (choices === undefined || isLink(value) || ignored.has(`${id}.${input}`)) continue;
      if (choices.includes(String(value))) continue;
      const what = modelInputs[input];
      if (what !== undefined)
        problems.push({ kind: "missing-model", node: id, message: missing(what, String(value), choices) });
      else if (choices.length > 0)
        problems.push({
          kind: "bad-value",
          node: id,
          message: `${describeNode(workflow, id)} has ${input} ${JSON.stringify(value)}, and takes ${listed(choices)}`,
        });
    }
  }
  if (!hasOutput && problems.every(({ kind }) => kind !== "missing-node"))
    problems.push({
      kind: "no-output",
      message: "no node of it gives anything back; add a SaveImage or PreviewImage node",
    });
  return problems;
}

function missing(what: string, name: string, choices: readonly string[]): string {
  const there = choices.length === 0 ? `the server has no ${what}` : `the server has ${listed(choices)}`;
  return `it needs the ${what} ${name}; ${there}`;
}

/** The first few names, and how many more there are. */
export function listed(names: readonly string[], most = 6): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
