import { join } from "node:path";
import { makeFolder, slugOf, writeFileAtomically } from "#files";
import {
  allTemplateNames,
  checkWorkflow,
  guessSlots,
  listed,
  makeTemplate,
  parseWorkflow,
  readJson,
  readTemplate,
  type Server,
  type SlotName,
  slotMapSuffix,
  slotNames,
  type Template,
  templateName,
  templateNames,
} from "#generators";
import { StudioError } from "../studio-error.ts";
import { type ComfyuiAccess, openServers } from "./servers.ts";

/** All workflows, the person's own before built-in ones of the same name. One that is broken is told as such. */
export async function listWorkflows(
  access: ComfyuiAccess,
): Promise<readonly (Template | { readonly name: string; readonly trouble: string })[]> {
  return Promise.all(
    (await allTemplateNames(access.workflows)).map((name) =>
      readTemplate(name, access.workflows).catch((error: Error) => ({ name, trouble: error.message })),
    ),
  );
}

export function showWorkflow(access: ComfyuiAccess, name: string): Promise<Template> {
  return readTemplate(name, access.workflows);
}

export type AddOptions = {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** "prompt=6.text": what was guessed wrong, or could not be. */
  readonly slots?: readonly string[] | undefined;
  /** The node whose pictures are taken. */
  readonly output?: string | undefined;
  readonly sizes?: readonly number[] | undefined;
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type Added = {
  readonly template: Template;
  readonly file: string;
  /** What could not be checked or made out. */
  readonly notes: readonly string[];
};

const usualSizes = [16, 32, 48, 64, 96, 128, 256];

/**
 * Takes in a workflow in API format: guesses its slots, checks it on every server that answers, and writes it with its
 * slot map into the person's folder. Throws a GeneratorError or StudioError of one sentence, and then writes nothing.
 */
export async function addWorkflow(access: ComfyuiAccess, file: string, options: AddOptions = {}): Promise<Added> {
  const name = options.name ?? slugOf(file.replace(/^.*[\\/]/, "").replace(/\.json$/i, ""), 60);
  if (!templateName.test(name))
    throw new StudioError(
      "invalid-order",
      `Cannot call a workflow ${JSON.stringify(name)}: use lower-case letters, digits and single hyphens inside`,
    );
  if ((await templateNames(access.workflows)).includes(name) && options.force !== true)
    throw new StudioError(
      "occupied",
      `Cannot add the workflow ${name}: there is one of that name; choose another with --name, or replace it with --force`,
    );
  const content = await readJson(file);
  const workflow = parseWorkflow(content, file);
  const guessed = guessSlots(workflow, file, options.output);
  const slots = { ...guessed.slots, ...parseSlots(options.slots ?? []) };
  const map = {
    description: options.description ?? `Added from ${file.replace(/^.*[\\/]/, "")}`,
    slots,
    output: guessed.output,
    ...(guessed.lorasAfter !== undefined && { lorasAfter: guessed.lorasAfter }),
    canvas: guessed.canvas,
    sizes: options.sizes ?? usualSizes.filter((size) => size <= guessed.canvas / 2),
    defaults: guessed.defaults,
    ...(slots.batch !== undefined && { batch: 8 }),
  };
  const template = makeTemplate(name, workflow, map, false);
  const notes = [
    ...missingSlots(template),
    ...(await refuseWhatNoServerRuns(openServers(access), template, options.signal)),
  ];
  await makeFolder(access.workflows);
  const target = join(access.workflows, `${name}.json`);
  await writeFileAtomically(target, `${JSON.stringify(workflow, null, 2)}\n`);
  await writeFileAtomically(
    join(access.workflows, `${name}${slotMapSuffix}`),
    `${JSON.stringify(template.map, null, 2)}\n`,
  );
  return { template, file: target, notes };
}

export type CheckedOn = {
  readonly url: string;
  /** What is wrong there, each the second half of a sentence; nothing where it runs. */
  readonly problems: readonly string[];
  readonly isReachable: boolean;
};

/** Holds a workflow, by name or as a file, against every server. Throws for one that is no workflow at all. */
export async function checkWorkflowOn(
  access: ComfyuiAccess,
  nameOrFile: string,
  signal?: AbortSignal,
): Promise<{ readonly template: Template; readonly servers: readonly CheckedOn[] }> {
  const template = /[./\\]/.test(nameOrFile)
    ? await templateFromFile(nameOrFile)
    : await readTemplate(nameOrFile, access.workflows);
  const servers = await Promise.all(openServers(access).map((server) => checkOn(server, template, signal)));
  return { template, servers };
}

async function templateFromFile(file: string): Promise<Template> {
  const workflow = parseWorkflow(await readJson(file), file);
  const { slots, output, canvas, defaults } = guessSlots(workflow, file);
  return makeTemplate("file", workflow, { description: file, slots, output, canvas, sizes: [32], defaults }, false);
}

async function checkOn(server: Server, template: Template, signal: AbortSignal | undefined): Promise<CheckedOn> {
  const { url } = server;
  const { workflow, map } = template;
  try {
    const classes = [...new Set(Object.values(workflow).map(({ class_type: classType }) => classType))];
    const infos = new Map(
      await Promise.all(classes.map(async (name) => [name, await server.nodeInfo(name, signal)] as const)),
    );
    // A request chooses the model; pictures are uploaded.
    const free = new Set([...(map.slots.image ?? []), ...(map.slots.mask ?? []), ...(map.slots.model ?? [])]);
    const problems = checkWorkflow(workflow, (name) => infos.get(name), free);
    return { url, isReachable: true, problems: problems.map(({ message }) => message) };
  } catch (error) {
    signal?.throwIfAborted();
    return { url, isReachable: false, problems: [(error as Error).message] };
  }
}

async function refuseWhatNoServerRuns(
  servers: readonly Server[],
  template: Template,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const checked = await Promise.all(servers.map((server) => checkOn(server, template, signal)));
  const reachable = checked.filter(({ isReachable }) => isReachable);
  if (reachable.length === 0) return ["No ComfyUI server answered, so its nodes could not be checked"];
  if (reachable.some(({ problems }) => problems.length === 0)) return [];
  throw new StudioError(
    "unsupported",
    `Cannot add the workflow ${template.name}: on ${reachable[0].url} ${reachable[0].problems[0]}`,
  );
}

function missingSlots({ map }: Template): readonly string[] {
  const missing = (["prompt", "seed"] as const).filter((slot) => map.slots[slot] === undefined);
  return missing.map(
    (slot) =>
      `It has no slot for the ${slot}: every picture has the workflow's own; name one with --slot ${slot}=NODE.INPUT`,
  );
}

function parseSlots(words: readonly string[]): Partial<Record<SlotName, readonly string[]>> {
  const slots: Partial<Record<SlotName, string[]>> = {};
  for (const word of words) {
    const [, name, place] = /^([a-z]+)=(.+)$/.exec(word) ?? [];
    const slot = slotNames.find((candidate) => candidate === name);
    if (slot === undefined || place === undefined)
      throw new StudioError(
        "invalid-order",
        `Cannot use the slot ${word}: give one of ${listed(slotNames, 20)} with node and input, such as prompt=6.text`,
      );
    (slots[slot] ??= []).push(place);
  }
  return slots;
}
