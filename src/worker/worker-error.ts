/** Work that could not be begun. The message is one sentence that a person can act on. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly code: "already-running" | "not-lockable" | "bad-address" | "unknown-kind";

  constructor(code: WorkerError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
