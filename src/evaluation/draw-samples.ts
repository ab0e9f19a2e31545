import { parseRequest } from "#asset";
import type { Generator } from "#generators";
import { type FinishStep, finish, type Raster } from "#pixels";
import type { Samples } from "./measure-samples.ts";

/** Draws every prompt with seeds 1, 2, ... and every held-out caption with seed 1, finished as a user gets them. */
export async function drawSamples(
  generator: Generator,
  prompts: readonly string[],
  captions: readonly string[],
  {
    seeds,
    finishing,
    signal,
    onDrawn,
  }: {
    readonly seeds: number;
    readonly finishing: readonly FinishStep[];
    readonly signal?: AbortSignal | undefined;
    readonly onDrawn?: (drawn: number, all: number) => void;
  },
): Promise<Samples> {
  const wishes = [
    ...prompts.flatMap((prompt) => Array.from({ length: seeds }, (_, index) => ({ prompt, seed: index + 1 }))),
    ...captions.map((prompt) => ({ prompt, seed: 1 })),
  ];
  let drawn = 0;
  const rasters = await Promise.all(
    wishes.map(async (wish): Promise<Raster> => {
      const { raster } = await generator.generate(parseRequest(wish), { signal });
      onDrawn?.(++drawn, wishes.length);
      return finish(raster, finishing);
    }),
  );
  return {
    prompted: prompts.map((_, index) => rasters.slice(index * seeds, (index + 1) * seeds)),
    heldOut: rasters.slice(prompts.length * seeds),
  };
}
