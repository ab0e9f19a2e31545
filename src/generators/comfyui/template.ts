import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeIssue } from "#asset";
import { GeneratorError } from "../generator-error.ts";
import { checkSlots, type SlotMap, slotMapSchema } from "./slots.ts";
import { parseWorkflow, type Workflow } from "./workflow.ts";

/** A workflow and what a request sets in it. */
export type Template = {
  readonly name: string;
  readonly workflow: Workflow;
  readonly map: SlotMap;
  /** SHA-256 over workflow and slot map, whatever their layout. */
  readonly hash: string;
  /** One that came with the program. */
  readonly isBuiltIn: boolean;
};

export const builtInTemplates = fileURLToPath(new URL("../../../workflows", import.meta.url));

/** The file beside a workflow with its slot map. */
export const slotMapSuffix = ".slots.json";

export const templateName = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

export function makeTemplate(name: string, workflow: unknown, map: unknown, isBuiltIn: boolean): Template {
  const nodes = parseWorkflow(workflow, name);
  const result = slotMapSchema.safeParse(map);
  if (!result.success)
    throw new GeneratorError(
      "workflow-invalid",
      `Cannot use the slots of the workflow ${name}: ${describeIssue(result.error.issues[0], map).replace(/^Cannot use /, "")}`,
      { cause: result.error },
    );
  checkSlots(name, nodes, result.data);
  const hash = createHash("sha256")
    .update(JSON.stringify(sortedKeys([nodes, result.data])))
    .digest("hex");
  return { name, workflow: nodes, map: result.data, hash, isBuiltIn };
}

/** Names of the workflows in a folder: files that have a slot map beside them. None where there is no folder. */
export async function templateNames(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch((): string[] => []);
  return files
    .filter((file) => file.endsWith(slotMapSuffix))
    .map((file) => basename(file, slotMapSuffix))
    .filter((name) => templateName.test(name) && files.includes(`${name}.json`))
    .sort();
}

/** Reads one workflow by name: the person's own before those that came with the program. Throws a GeneratorError. */
export async function readTemplate(name: string, ownFolder: string | undefined): Promise<Template> {
  for (const folder of [ownFolder, builtInTemplates]) {
    if (folder === undefined || !(await templateNames(folder)).includes(name)) continue;
    const [workflow, map] = await Promise.all([
      readJson(join(folder, `${name}.json`)),
      readJson(join(folder, `${name}${slotMapSuffix}`)),
    ]);
    return makeTemplate(name, workflow, map, folder === builtInTemplates);
  }
  const known = await allTemplateNames(ownFolder);
  throw new GeneratorError("unsupported", `Cannot use the workflow ${name}: there is ${known.join(", ")}`);
}

export async function allTemplateNames(ownFolder: string | undefined): Promise<readonly string[]> {
  const own = ownFolder === undefined ? [] : await templateNames(ownFolder);
  return [...new Set([...(await templateNames(builtInTemplates)), ...own])].sort();
}

/** Reads a file of JSON; throws a GeneratorError. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
    throw new GeneratorError("workflow-invalid", `Cannot read the workflow ${path}: ${why}; name a .json file`, {
      cause,
    });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new GeneratorError(
      "workflow-invalid",
      `Cannot read the workflow ${path}: it is not JSON; export it in ComfyUI with "Export (API)"`,
      { cause },
    );
  }
}

/** The same content gives the same text, in whatever order its keys stand. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sortedKeys(entry)]),
  );
}
