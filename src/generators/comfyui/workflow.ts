import { z } from "zod";
import { GeneratorError } from "../generator-error.ts";

const nodeSchema = z.object({
  class_type: z.string().min(1),
  inputs: z.record(z.string(), z.unknown()),
  _meta: z.object({ title: z.string().optional() }).optional(),
});

const workflowSchema = z.record(z.string(), nodeSchema);

export type WorkflowNode = z.infer<typeof nodeSchema>;

/**
 * A workflow in ComfyUI's API format: nodes by id, each with its class and its inputs. An input is a value, or a link to
 * another node's output, `[id, index]`.
 */
export type Workflow = Readonly<Record<string, WorkflowNode>>;

export type Link = readonly [node: string, output: number];

export function isLink(value: unknown): value is Link {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && Number.isInteger(value[1]);
}

/** Checks unknown JSON against the API format; `name` is what errors call it. Throws a GeneratorError. */
export function parseWorkflow(json: unknown, name: string): Workflow {
  const refuse = (why: string, cause?: unknown) =>
    new GeneratorError("workflow-invalid", `Cannot use the workflow ${name}: ${why}`, { cause });
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw refuse('it is not a JSON object; export it in ComfyUI with "Export (API)"');
  if ("nodes" in json && "links" in json)
    throw refuse('it is the editor\'s own format; export it in ComfyUI with "Export (API)"');
  // Some tools wrap the nodes as the server's POST /prompt takes them.
  const nodes = "prompt" in json && !isNode(json.prompt) ? json.prompt : json;
  const result = workflowSchema.safeParse(nodes);
  if (!result.success) {
    const place = result.error.issues[0].path.join(".");
    throw refuse(
      `it is not in API format (see ${place || "its top"}); export it in ComfyUI with "Export (API)"`,
      result.error,
    );
  }
  if (Object.keys(result.data).length === 0) throw refuse("it has no nodes");
  for (const [id, { inputs }] of Object.entries(result.data))
    for (const [input, value] of Object.entries(inputs))
      if (isLink(value) && !(value[0] in result.data))
        throw refuse(`node ${id} takes its ${input} from node ${value[0]}, which it does not have`);
  return result.data;
}

/** Ids of the nodes that a workflow needs to compute `outputs`. */
export function nodesBehind(workflow: Workflow, outputs: readonly string[]): ReadonlySet<string> {
  const needed = new Set<string>();
  const open = [...outputs];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (needed.has(id) || workflow[id] === undefined) continue;
    needed.add(id);
    for (const value of Object.values(workflow[id].inputs)) if (isLink(value)) open.push(value[0]);
  }
  return needed;
}

/** A node for a sentence: "KSampler (node 3)". */
export function describeNode(workflow: Workflow, id: string): string {
  return `${workflow[id]?.class_type ?? "unknown"} (node ${id})`;
}

function isNode(value: unknown): boolean {
  return nodeSchema.safeParse(value).success;
}
