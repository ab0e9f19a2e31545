/** An evaluation that cannot be made. The message is one sentence that a person can act on. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
  readonly code: "unreadable" | "unsupported";

  constructor(code: EvaluationError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
