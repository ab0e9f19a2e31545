import { encodeSprite, type GenerationRequest, type Progress, type Recipe } from "#asset";
import type { Generator, GeneratorDescription } from "#generators";
import { type FinishStep, finish, type Raster } from "#pixels";

/** A finished sprite in memory, with the PNG that holds its recipe. */
export type MadeSprite = {
  readonly raster: Raster;
  readonly recipe: Recipe;
  readonly png: Uint8Array;
  /** Seconds of drawing and finishing, without the loading of the model. */
  readonly seconds: number;
  readonly notes: readonly string[];
};

export type MakeOptions = {
  readonly software: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The generator has done its part; what follows is ours. */
  readonly onDrawn?: (() => void) | undefined;
};

/** Draws one request, finishes it and writes its recipe down. */
export async function makeSprite(
  generator: Generator,
  description: GeneratorDescription,
  request: GenerationRequest,
  finishing: readonly FinishStep[],
  { software, signal, onProgress, onDrawn }: MakeOptions,
): Promise<MadeSprite> {
  const image = await generator.generate(request, { signal, onProgress });
  onDrawn?.();
  signal?.throwIfAborted();
  const start = performance.now();
  const raster = finish(image.raster, finishing);
  const recipe = recipeFor(image.by ?? description, image.request, finishing, software);
  const png = encodeSprite(raster, recipe);
  return { raster, recipe, png, seconds: image.seconds + (performance.now() - start) / 1000, notes: image.notes };
}

/** The recipe of a request whose settings are all filled in. */
export function recipeFor(
  { name, model, version, hash, workflow, files }: GeneratorDescription,
  request: Recipe["request"],
  finishing: readonly FinishStep[],
  software: string,
): Recipe {
  const generator = { name, model, version, hash, ...(workflow && { workflow }), ...(files && { files }) };
  return { format: 1, generator, request, finishing, software };
}
