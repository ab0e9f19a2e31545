import { createHash } from "node:crypto";
import type { GenerationRequest } from "#asset";
import type { GeneratorChoice, GeneratorDescription } from "../generator.ts";
import { GeneratorError } from "../generator-error.ts";
import { listed } from "./check-workflow.ts";
import type { Lora } from "./fill.ts";
import { findModel, matchModels } from "./find-model.ts";
import { familyFromMetadata, familyNames, hashFromMetadata, type ModelFamily } from "./model-family.ts";
import { choicesOf } from "./node-info.ts";
import type { ServerFacts } from "./server-facts.ts";
import { splitPlace } from "./slots.ts";
import type { Template } from "./template.ts";

/** What draws a request on one server: the workflow, the files that take part, and what a person should know of them. */
export type Plan = {
  readonly template: Template;
  readonly model: string | undefined;
  readonly loras: readonly Lora[];
  readonly files: readonly { readonly name: string; readonly hash?: string }[];
  /** SHA-256 over workflow, slots, and names, strengths and known hashes of the files. */
  readonly hash: string;
  readonly notes: readonly string[];
};

/** Where a file is, on which server, and what the workflow is called, for messages. */
type Place = { readonly url: string; readonly facts: ServerFacts };

/** The workflow that suits a request which names none. */
export function defaultWorkflow({ tile, source }: GeneratorChoice): string {
  if (tile === true) return "sdxl-tile";
  if (source === undefined) return "sdxl-sprite";
  return source.mask === undefined ? "sdxl-img2img" : "sdxl-inpaint";
}

/**
 * Chooses the files for a workflow on one server, and refuses those that say of themselves that they do not fit. Throws
 * a GeneratorError.
 */
export async function planOn({ url, facts }: Place, template: Template, choice: GeneratorChoice): Promise<Plan> {
  const place = { url, facts };
  const notes: string[] = [];
  const model = await chooseModel(place, template, choice.model);
  const loras = await chooseLoras(place, template, choice.loras, notes);
  const files = [
    ...(model === undefined ? [] : [await described(place, template, "checkpoint", "checkpoints", model, notes)]),
    ...(await Promise.all(loras.map(({ name }) => described(place, template, "LoRA", "loras", name, notes)))),
  ];
  const content = { workflow: template.hash, files, strengths: loras.map(({ strength }) => strength) };
  const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  return { template, model, loras, files, hash, notes };
}

async function chooseModel(
  { url, facts }: Place,
  template: Template,
  wanted: string | undefined,
): Promise<string | undefined> {
  const { map, name: workflow } = template;
  const place = map.slots.model?.[0];
  if (place === undefined) {
    if (wanted === undefined) return undefined;
    throw new GeneratorError(
      "unsupported",
      `Cannot use the model ${wanted} with the workflow ${workflow}: it has no slot for a model; leave --model out`,
    );
  }
  const names = await choicesAt({ url, facts }, template, place);
  if (wanted !== undefined) return findModel("checkpoint", wanted, names, url);
  const preferred = map.models
    .map((model) => names.find((name) => name === model || name.endsWith(`/${model}`)))
    .find((name) => name !== undefined);
  if (preferred !== undefined) return preferred;
  if (names.length === 0)
    throw new GeneratorError(
      "model-missing",
      `Cannot use the workflow ${workflow} on ${url}: the server has no checkpoint; ` +
        "dgx-pixels comfyui models tells where to get one",
    );
  const families = await Promise.all(
    names.slice(0, 50).map(async (name) => ({ name, family: await familyOf(facts, "checkpoints", name) })),
  );
  const sure = families.find(({ family }) => family !== undefined && family === map.family);
  if (sure !== undefined) return sure.name;
  const possible = families.filter(({ family }) => family === undefined);
  if (possible.length === 1) return possible[0].name;
  const which = map.family === undefined ? "" : ` for ${familyNames[map.family]}`;
  throw new GeneratorError(
    "model-missing",
    possible.length === 0
      ? `Cannot use the workflow ${workflow} on ${url}: none of its checkpoints is${which} (${listed(names)}); ` +
          "choose another --workflow, or add one"
      : `Cannot tell which checkpoint${which} to use on ${url}: it has ${listed(possible.map(({ name }) => name))}; ` +
          "name one with --model",
  );
}

async function chooseLoras(
  place: Place,
  template: Template,
  wanted: GenerationRequest["loras"],
  notes: string[],
): Promise<readonly Lora[]> {
  const { map, name: workflow } = template;
  if (map.lorasAfter === undefined) {
    if (wanted === undefined || wanted.length === 0) return [];
    throw new GeneratorError(
      "unsupported",
      `Cannot use the LoRA ${wanted[0].name} with the workflow ${workflow}: it has no place for LoRAs; leave --lora out`,
    );
  }
  if (map.loras.length === 0 && (wanted === undefined || wanted.length === 0)) return [];
  const info = await place.facts.nodeInfo("LoraLoader");
  const names = (info && choicesOf(info, "lora_name")) ?? [];
  const asked = (wanted ?? []).map(({ name, strength }) => ({
    name: findModel("LoRA", name, names, place.url),
    strength,
  }));
  const brought: Lora[] = [];
  for (const { name, strength, isRequired } of map.loras) {
    const [own] = matchModels(name, names);
    if (asked.some((lora) => lora.name === own)) continue;
    // Who names LoRAs gets these, and those without which the workflow makes no sense.
    if (wanted !== undefined && !isRequired) continue;
    if (own !== undefined) brought.push({ name: own, strength });
    else if (isRequired)
      throw new GeneratorError(
        "model-missing",
        `Cannot use the workflow ${workflow} on ${place.url}: it needs the LoRA ${name}; ` +
          "dgx-pixels comfyui models tells where to get it",
      );
    else notes.push(`Drawn without the LoRA ${name}, which the workflow ${workflow} brings and the server lacks`);
  }
  return [...brought, ...asked];
}

async function described(
  { url, facts }: Place,
  { map, name: workflow }: Template,
  what: "checkpoint" | "LoRA",
  folder: string,
  name: string,
  notes: string[],
): Promise<{ readonly name: string; readonly hash?: string }> {
  const metadata = await facts.metadata(folder, name);
  const family = familyFromMetadata(metadata);
  if (family !== undefined && map.family !== undefined && family !== map.family)
    throw new GeneratorError(
      "unsupported",
      `Cannot use the ${what} ${name} with the workflow ${workflow} on ${url}: it is made for ${familyNames[family]}, ` +
        `the workflow for ${familyNames[map.family]}; choose another`,
    );
  if (family === undefined && what === "LoRA")
    notes.push(
      `The LoRA ${name} does not say what it was trained on; if it does not fit, ComfyUI leaves it out silently`,
    );
  const hash = hashFromMetadata(metadata);
  return hash === undefined ? { name } : { name, hash };
}

async function familyOf(facts: ServerFacts, folder: string, name: string): Promise<ModelFamily | undefined> {
  return familyFromMetadata(await facts.metadata(folder, name));
}

async function choicesAt(
  { url, facts }: Place,
  { workflow, name }: Template,
  slot: string,
): Promise<readonly string[]> {
  const [id, input] = splitPlace(slot);
  const classType = workflow[id].class_type;
  const info = await facts.nodeInfo(classType);
  if (info === undefined)
    throw new GeneratorError(
      "workflow-invalid",
      `Cannot use the workflow ${name} on ${url}: it needs the node ${classType}, which the server does not have`,
    );
  return choicesOf(info, input) ?? [];
}

/** The plan as the generator tells of itself. */
export function descriptionOf({ template, model, loras, files, hash }: Plan, servers: number): GeneratorDescription {
  const { name, map } = template;
  return {
    name: "comfyui",
    model: model ?? name,
    version: name,
    hash,
    workflow: { name, hash: template.hash },
    files,
    sizes: map.sizes,
    styles: [],
    defaults: { ...map.defaults, workflow: name, model, loras, tile: map.isTile },
    // One that runs and one that waits on each server, so that none stands idle between two.
    parallel: servers * 2 * (map.batch ?? 1),
    devices: servers,
    batch: map.batch,
  };
}
