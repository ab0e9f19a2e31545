import type { FinishStep } from "#pixels";
import { type EditEvent, type EditOptions, editPictures } from "./picture-files.ts";

/** Cuts the transparent border off pictures, but for `margin` pixels. */
export function trimPictures(
  paths: readonly string[],
  { margin, ...options }: Omit<EditOptions, "suffix"> & { readonly margin?: number | undefined },
): AsyncGenerator<EditEvent<{ readonly before: { readonly width: number; readonly height: number } }>> {
  const steps: readonly FinishStep[] = [{ step: "trim", ...(margin !== undefined && { margin }) }];
  return editPictures(paths, { ...options, suffix: "-trimmed" }, ({ raster: { width, height } }) => ({
    steps,
    facts: { before: { width, height } },
  }));
}
