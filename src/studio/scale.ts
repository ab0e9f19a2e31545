import type { FinishStep, ScaleMethod } from "#pixels";
import { type EditEvent, type EditOptions, editPictures } from "./picture-files.ts";

export type ScaleOptions = Omit<EditOptions, "suffix"> & {
  readonly factor?: number | undefined;
  readonly method?: ScaleMethod | undefined;
};

/** Enlarges pictures by a whole factor: 2 unless given, or 3 with scale3x. */
export function scalePictures(
  paths: readonly string[],
  { method = "nearest", factor = method === "scale3x" ? 3 : 2, ...options }: ScaleOptions,
): AsyncGenerator<EditEvent<{ readonly factor: number; readonly method: ScaleMethod }>> {
  const step: FinishStep = { step: "scale", factor, ...(method !== "nearest" && { method }) };
  return editPictures(paths, { ...options, suffix: `-${factor}x` }, () => ({
    steps: [step],
    facts: { factor, method },
  }));
}
