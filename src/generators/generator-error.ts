/** A picture that could not be generated. The message is one sentence that a person can act on. */
export class GeneratorError extends Error {
  override readonly name = "GeneratorError";
  readonly code:
    | "unsupported"
    | "unknown-words"
    | "model-missing"
    | "model-altered"
    | "model-failed"
    | "closed"
    | "workflow-invalid"
    | "server-unreachable"
    | "server-failed"
    | "interrupted";

  constructor(code: GeneratorError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
