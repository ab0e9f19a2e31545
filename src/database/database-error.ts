/** What was wrong with a file that SQLite itself can read: one shape per `code`. */
type Refusal =
  /** It holds tables of another program. */
  | { readonly code: "foreign"; readonly file: string }
  | { readonly code: "newer-version"; readonly file: string; readonly version: number; readonly supported: number };

/** The one error of this room; rooms that keep a database say it in their own words. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly details: Refusal;

  constructor(message: string, details: Refusal) {
    super(message);
    this.details = details;
  }

  get code(): Refusal["code"] {
    return this.details.code;
  }
}
