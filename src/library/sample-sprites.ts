import { encodeSprite, type GenerationRequest, type Recipe } from "#asset";
import { createRaster } from "#pixels";
import type { NewSprite } from "./add-sprite.ts";

/** Test material: recipes and real PNGs, the same for the same arguments. */

export type SampleChanges = {
  readonly request?: Partial<GenerationRequest>;
  readonly generator?: Partial<Recipe["generator"]>;
};

export function sampleRecipe({ request, generator }: SampleChanges = {}): Recipe {
  return {
    format: 1,
    generator: { name: "sprite", model: "sprite-small", version: "1.0.0", hash: "ab".repeat(32), ...generator },
    request: {
      prompt: "red dragon",
      negative: "",
      size: 8,
      seed: 7,
      steps: 12,
      guidance: 3.5,
      tile: false,
      background: "auto",
      ...request,
    },
    finishing: [{ step: "alpha", threshold: 128 }],
    software: "dgx-pixels 0.1.0",
  } as Recipe;
}

/** A checkerboard of two colours, the second by the seed. */
export function sampleSprite(prompt: string, seed = 7, changes: SampleChanges = {}): NewSprite {
  const recipe = sampleRecipe({ ...changes, request: { prompt, seed, ...changes.request } });
  const { size } = recipe.request;
  const data = new Uint8ClampedArray(size * size * 4);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const isOdd = (pixel + Math.floor(pixel / size)) % 2 === 1;
    data.set(isOdd ? [seed & 255, (seed >> 8) & 255, 99, 255] : [10, 20, 30, 255], pixel * 4);
  }
  const png = encodeSprite(createRaster(size, size, data), recipe);
  return { png, recipe, width: size, height: size, colors: 2, seconds: 0.25 };
}

/** A minute later at each look, from 2026-11-22 12:00 UTC. */
export function sampleClock(start = "2026-11-22T12:00:00.000Z"): () => Date {
  let now = Date.parse(start);
  return () => {
    const date = new Date(now);
    now += 60_000;
    return date;
  };
}
