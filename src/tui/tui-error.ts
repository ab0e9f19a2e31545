/** The terminal studio could not start or go on. The message is one sentence that a person can act on. */
export class TuiError extends Error {
  override readonly name = "TuiError";
  readonly code: "no-terminal" | "renderer-missing" | "invalid-setting" | "open-failed";

  constructor(code: TuiError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
