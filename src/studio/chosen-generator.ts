import type { GenerationRequest } from "#asset";
import { type Generator, type GeneratorDescription, GeneratorError } from "#generators";
import { ProtocolError } from "#protocol";

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
  return { generator, description: await generator.describe(), notes: [substituteNote(error)], fit: withoutChoices };
}

/** What a person is told where the embedded model draws in place of another. */
export function substituteNote({ message }: Error): string {
  return `Drawn by the embedded model instead: ${message}`;
}

/** It is the generator, here or a daemon's, that does not work, not the request that is wrong. */
export function isOutOfOrder(error: unknown): error is GeneratorError | ProtocolError {
  return (
    (error instanceof GeneratorError || error instanceof ProtocolError) &&
    ["server-unreachable", "server-failed", "model-missing", "model-failed"].includes(error.code)
  );
}

/** Steps and guidance go too: those of one model are no good for another. */
const choices: ReadonlySet<string> = new Set(["workflow", "model", "loras", "batch", "steps", "guidance"]);

/** A request as the embedded model takes it. */
export function withoutChoices(request: GenerationRequest): GenerationRequest {
  return Object.fromEntries(Object.entries(request).filter(([key]) => !choices.has(key))) as GenerationRequest;
}
