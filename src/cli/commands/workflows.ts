import type { CliContext } from "../context.ts";
import { exitCodes } from "../failure.ts";

export async function list(this: CliContext, { json }: { readonly json: boolean }): Promise<void> {
  const { stdout, stderr } = this.process;
  const { listWorkflows } = await import("#studio");
  for (const workflow of await listWorkflows(await this.comfyui())) {
    if ("trouble" in workflow) {
      stderr.write(`${workflow.trouble}\n`);
      continue;
    }
    const { name, map, hash, isBuiltIn } = workflow;
    const { description, canvas, sizes, defaults, family } = map;
    stdout.write(
      json
        ? `${JSON.stringify({ name, description, family, canvas, sizes, defaults, hash, isBuiltIn })}\n`
        : `${name.padEnd(18)} ${description} (${defaults.steps} steps at ${canvas} px${isBuiltIn ? "" : ", your own"})\n`,
    );
  }
}

export async function show(this: CliContext, { json }: { readonly json: boolean }, name: string): Promise<void> {
  const { stdout } = this.process;
  const { showWorkflow } = await import("#studio");
  const workflow = await showWorkflow(await this.comfyui(), name);
  if (json) {
    stdout.write(`${JSON.stringify(workflow)}\n`);
    return;
  }
  const { map, hash } = workflow;
  stdout.write(`${name}: ${map.description}\n`);
  stdout.write(`  draws at ${map.canvas} px, sprites of ${map.sizes.join(", ")} px\n`);
  stdout.write(
    `  ${map.defaults.steps} steps, guidance ${map.defaults.guidance}${map.batch === undefined ? "" : `, up to ${map.batch} at once`}\n`,
  );
  for (const { name: lora, strength, isRequired } of map.loras)
    stdout.write(`  LoRA ${lora} at ${strength}${isRequired ? ", which it needs" : ", where it is there"}\n`);
  for (const [slot, places] of Object.entries(map.slots)) stdout.write(`  ${slot.padEnd(9)} ${places.join(", ")}\n`);
  stdout.write(`  output    node ${map.output}\n`);
  for (const [id, { class_type: classType, _meta: about }] of Object.entries(workflow.workflow))
    stdout.write(`  node ${id.padEnd(4)} ${classType}${about?.title === undefined ? "" : ` (${about.title})`}\n`);
  stdout.write(`  SHA-256   ${hash}\n`);
}

export type AddFlags = {
  readonly name?: string;
  readonly description?: string;
  readonly slot?: readonly string[];
  readonly output?: string;
  readonly size?: readonly number[];
  readonly force: boolean;
  readonly json: boolean;
};

export async function add(this: CliContext, { slot, size, json, ...options }: AddFlags, file: string): Promise<void> {
  const { stdout, stderr } = this.process;
  const { addWorkflow } = await import("#studio");
  const added = await addWorkflow(await this.comfyui(), file, {
    ...options,
    slots: slot,
    sizes: size,
    signal: this.signal,
  });
  const { template, notes } = added;
  if (json) {
    stdout.write(`${JSON.stringify({ name: template.name, file: added.file, ...template.map, notes })}\n`);
    return;
  }
  stdout.write(`${template.name} added: ${added.file}\n`);
  for (const [name, places] of Object.entries(template.map.slots))
    stdout.write(`  ${name.padEnd(9)} ${places.join(", ")}\n`);
  stdout.write(`  output    node ${template.map.output}\n`);
  for (const note of notes) stderr.write(`${note}\n`);
}

export async function check(this: CliContext, { json }: { readonly json: boolean }, nameOrFile: string): Promise<void> {
  const { stdout } = this.process;
  const { checkWorkflowOn } = await import("#studio");
  const { servers } = await checkWorkflowOn(await this.comfyui(), nameOrFile, this.signal);
  for (const server of servers) {
    if (json) stdout.write(`${JSON.stringify(server)}\n`);
    else if (server.problems.length === 0) stdout.write(`${server.url}  can run it\n`);
    else if (!server.isReachable) stdout.write(`${server.problems[0]}\n`);
    else for (const problem of server.problems) stdout.write(`${server.url}  ${problem}\n`);
  }
  if (servers.every(({ problems }) => problems.length > 0)) this.process.exitCode = exitCodes.failed;
}
