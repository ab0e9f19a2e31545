import { GeneratorError } from "../generator-error.ts";
import { listed } from "./check-workflow.ts";

/**
 * The file that a person means: its whole name, its name without folder or ending, or a part of it that no other file
 * has, in any case. Throws a GeneratorError that lists what there is.
 */
export function findModel(what: string, wanted: string, names: readonly string[], url: string): string {
  const matches = matchModels(wanted, names);
  if (matches.length === 1) return matches[0];
  if (matches.length > 1)
    throw new GeneratorError(
      "model-missing",
      `Cannot tell which ${what} "${wanted}" is: ComfyUI at ${url} has ${listed(matches)}; give the whole name`,
    );
  throw new GeneratorError(
    "model-missing",
    names.length === 0
      ? `Cannot use the ${what} ${wanted}: ComfyUI at ${url} has none; dgx-pixels comfyui models tells where to get some`
      : `Cannot use the ${what} ${wanted}: ComfyUI at ${url} has ${listed(names)}`,
  );
}

/** The files that a name can mean, by the closest kind of likeness that there is. */
export function matchModels(wanted: string, names: readonly string[]): readonly string[] {
  const ask = wanted.toLowerCase();
  const kinds: readonly ((name: string) => boolean)[] = [
    (name) => name === wanted,
    (name) => stemOf(name) === ask || name.toLowerCase() === ask,
    (name) => name.toLowerCase().includes(ask),
  ];
  return kinds.map((isLike) => names.filter(isLike)).find((matches) => matches.length > 0) ?? [];
}

function stemOf(name: string): string {
  const file = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  return file.replace(/\.[^.]+$/, "").toLowerCase();
}
