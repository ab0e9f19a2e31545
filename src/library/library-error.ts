/** What was wrong, for programs: one shape per `code`. */
export type LibraryProblem =
  /** The folder's library.db is no database, or another program's. */
  | { readonly code: "not-a-library"; readonly file: string }
  | { readonly code: "newer-version"; readonly file: string; readonly version: number; readonly supported: number }
  /** Its pictures are whole and hold their recipes: rebuildLibrary makes it again from them. */
  | { readonly code: "damaged"; readonly file: string }
  | { readonly code: "busy"; readonly file: string; readonly waitedMs: number }
  | { readonly code: "not-writable"; readonly file: string }
  | { readonly code: "disk-full"; readonly file: string }
  | { readonly code: "closed"; readonly file: string }
  | { readonly code: "failed"; readonly file: string }
  | { readonly code: "not-found"; readonly reference: string }
  | { readonly code: "ambiguous"; readonly reference: string; readonly candidates: readonly Candidate[] }
  | { readonly code: "invalid-reference"; readonly reference: string }
  | { readonly code: "invalid-query"; readonly field: string; readonly value: unknown }
  | { readonly code: "invalid-tag"; readonly tag: string }
  | { readonly code: "invalid-rating"; readonly value: unknown }
  | { readonly code: "invalid-sprite"; readonly field: string; readonly value: unknown }
  | { readonly code: "invalid-comparison"; readonly field: string; readonly value: unknown }
  | { readonly code: "invalid-vote"; readonly field: string; readonly value: unknown };

export type Candidate = { readonly id: string; readonly prompt: string };

/** The one error of this room. Its message is a sentence for people: what could not be done, the value, the remedy. */
export class LibraryError extends Error {
  override readonly name = "LibraryError";
  readonly details: LibraryProblem;

  constructor(message: string, details: LibraryProblem, options?: ErrorOptions) {
    super(message, options);
    this.details = details;
  }

  get code(): LibraryProblem["code"] {
    return this.details.code;
  }
}
