import type { GenerationRequest } from "#asset";
import { type Generator, type GeneratorDescription, GeneratorError } from "#generators";

/** What draws a request, and what a person should know of the choice. */
export type Chosen = {
  readonly generator: Generator;
  readonly description: GeneratorDescription;
  readonly notes: readonly string[];
  /** The request as this generator takes it. */
  readonly fit: (request: GenerationRequest) => GenerationRequest;
};

export type Choosing = {
  readonly named: (name: string) => Generator;
  /** Draw with the embedded model where the one that was asked for cannot. */
  readonly fallback: boolean;
};

/** The generator of this name, or the embedded model in its place when that was asked for and is needed. */
export async function chooseGenerator(
  name: string,
  request: GenerationRequest | undefined,
  choosing: Choosing,
): Promise<Chosen> {
  const generator = choosing.named(name);
  try {
    return { generator, description: await generator.describe(request), notes: [], fit: (same) => same };
  } catch (error) {
    return fallBack(name, error, choosing);
  }
}

/** The embedded model in place of `name`, which failed with `error`; throws that where there is no falling back. */
export async function fallBack(name: string, error: unknown, { named, fallback }: Choosing): Promise<Chosen> {
  if (!fallback || name === "sprite" || !isOutOfOrder(error)) throw error;
  const generator = named("sprite");
  const notes = [`Drawn by the embedded model instead: ${error.message}`];
  return { generator, description: await generator.describe(), notes, fit: withoutChoices };
}

/** It is the generator that does not work, not the request that is wrong. */
function isOutOfOrder(error: unknown): error is GeneratorError {
  return (
    error instanceof GeneratorError &&
    ["server-unreachable", "server-failed", "model-missing", "model-failed"].includes(error.code)
  );
}

/** Steps and guidance go too: those of one model are no good for another. */
const choices: ReadonlySet<string> = new Set(["workflow", "model", "loras", "batch", "steps", "guidance"]);

function withoutChoices(request: GenerationRequest): GenerationRequest {
  return Object.fromEntries(Object.entries(request).filter(([key]) => !choices.has(key))) as GenerationRequest;
}

/**
 * Requests that differ in their seeds alone, for a generator that draws several in one go: each batch has one seed, and
 * a request for every picture of it.
 */
export function inBatches(
  requests: readonly GenerationRequest[],
  most: number | undefined,
): readonly GenerationRequest[] {
  if (most === undefined || requests.length < 2 || requests.some(({ batch }) => batch !== undefined)) return requests;
  return requests.map((request, index) => {
    const number = Math.floor(index / most);
    const count = Math.min(most, requests.length - number * most);
    return { ...request, seed: requests[0].seed + number, batch: { count, index: index % most } };
  });
}
