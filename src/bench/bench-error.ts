export type BenchErrorCode = "bad-repetitions" | "bad-figure" | "bad-option" | "peer-failed" | "unavailable";

/** `subject` is the measurement's or the figure's name. */
export type BenchErrorDetails = { readonly subject: string; readonly value: unknown };

/** The one error of this room. */
export class BenchError extends Error {
  override readonly name = "BenchError";
  readonly code: BenchErrorCode;
  readonly details: BenchErrorDetails;

  constructor(code: BenchErrorCode, message: string, details: BenchErrorDetails) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
