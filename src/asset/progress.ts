import type { Raster } from "#pixels";

/** What a running generation tells whoever waits for it. */
export type Progress =
  /** A model is being read and prepared. */
  | { readonly kind: "loading"; readonly what: string }
  /** Step `step` of `steps` is done; `preview` is what the picture looks like so far, of any size, not finished. */
  | { readonly kind: "step"; readonly step: number; readonly steps: number; readonly preview?: Raster | undefined };
