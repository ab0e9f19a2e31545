/** What a running generation tells whoever waits for it. */
export type Progress =
  /** A model is being read and prepared. */
  | { readonly kind: "loading"; readonly what: string }
  /** Step `step` of `steps` is done. */
  | { readonly kind: "step"; readonly step: number; readonly steps: number };
