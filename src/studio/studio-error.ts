/** A wish that the studio cannot carry out. The message is one sentence that a person can act on. */
export class StudioError extends Error {
  override readonly name = "StudioError";
  readonly code: "invalid-order" | "unsupported" | "unreadable-file" | "occupied" | "unsure";

  constructor(code: StudioError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
