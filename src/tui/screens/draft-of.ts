import type { Recipe } from "#studio";
import { type Draft, emptyDraft } from "../studio-state.ts";

/** What the fields of Generate say to make a recipe's sprite again. */
export function draftOf({ generator, request, finishing }: Recipe): Draft {
  const { prompt, negative, workflow, model, loras, style, size, steps, guidance, seed, background, tile } = request;
  const palette = finishing.find((step) => step.step === "palette");
  const colors = finishing.find((step) => step.step === "colors");
  return {
    ...emptyDraft,
    generator: generator.name,
    prompt,
    negative,
    workflow,
    model,
    lora: loras?.map(({ name, strength }) => `${name}:${strength}`),
    style,
    size,
    steps,
    guidance,
    seed,
    background,
    tile,
    palette: palette?.name,
    colors: palette?.count ?? (typeof colors?.count === "number" ? colors.count : undefined),
  };
}
