export type HardwareErrorCode =
  | "program-missing"
  | "program-slow"
  | "program-broken"
  | "command-failed"
  | "missing-manifest"
  | "bad-manifest"
  | "unreadable-file";

/** `subject` is the program or the path that the error is about. */
export type HardwareErrorDetails = { readonly subject: string };

/** The one error of this room; the message is a whole sentence for a person. */
export class HardwareError extends Error {
  override readonly name = "HardwareError";
  readonly code: HardwareErrorCode;
  readonly details: HardwareErrorDetails;

  constructor(code: HardwareErrorCode, message: string, details: HardwareErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
