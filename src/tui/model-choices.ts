import type { ModelEntry } from "#studio";
import type { Choices } from "./backend.ts";
import type { Choice } from "./dialogs/picker.ts";

/** The models of a kind on all servers, each name once, and in one sentence why there is none. */
export async function modelChoices(
  { models }: Choices,
  kind: ModelEntry["kind"],
): Promise<{ readonly choices: readonly Choice<string>[]; readonly problem: string | undefined }> {
  const listing = await models();
  const found = new Map(listing.models.filter((model) => model.kind === kind).map((model) => [model.name, model]));
  const [problem] = listing.problems;
  return {
    choices: [...found.values()].map(({ name, baseModel = "" }) => ({ value: name, text: name, note: baseModel })),
    problem: whyNone(found.size, kind, problem),
  };
}

function whyNone(found: number, kind: string, problem: string | undefined): string | undefined {
  if (problem !== undefined) return found === 0 ? `No server answers. ${problem}` : problem;
  return found === 0 ? `No server has a ${kind}.` : undefined;
}
