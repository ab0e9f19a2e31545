/** What was wrong, for programs: one shape per `code`. */
export type PixelsProblem =
  | { readonly code: "invalid-argument"; readonly argument: string; readonly value: unknown }
  | { readonly code: "size-mismatch"; readonly expected: string; readonly actual: string }
  | { readonly code: "invalid-color"; readonly value: string }
  | { readonly code: "unknown-palette"; readonly name: string; readonly suggestions: readonly string[] }
  /** `line` counts from 1 and is absent in binary files. */
  | { readonly code: "invalid-palette"; readonly file: string; readonly line?: number }
  /** A picture without one visible pixel, where there must be one. */
  | { readonly code: "nothing-visible" }
  /** Names of frames that cannot be files, or two that would be one file. */
  | { readonly code: "invalid-name" | "name-collision"; readonly name: string }
  /** `frame` is absent when the atlas as a whole cannot be used. */
  | { readonly code: "invalid-atlas"; readonly frame?: string }
  | { readonly code: "does-not-fit"; readonly sprites: number; readonly mostSide: number }
  | { readonly code: "invalid-grid"; readonly cellWidth: number; readonly cellHeight: number }
  | { readonly code: "no-grid" }
  | { readonly code: "invalid-png" }
  | { readonly code: "unsupported-png"; readonly feature: "16-bit" | "animated" }
  | { readonly code: "invalid-animation"; readonly format: AnimationFormat }
  | { readonly code: "unsupported-animation"; readonly format: AnimationFormat }
  | { readonly code: "picture-too-large"; readonly width: number; readonly height: number; readonly maxPixels: number };

type AnimationFormat = "gif" | "aseprite";

/** The one error of this room. Its message is a sentence for people: what could not be done, the value, the remedy. */
export class PixelsError extends Error {
  override readonly name = "PixelsError";
  readonly details: PixelsProblem;

  constructor(message: string, details: PixelsProblem, options?: ErrorOptions) {
    super(message, options);
    this.details = details;
  }

  get code(): PixelsProblem["code"] {
    return this.details.code;
  }
}
