/** Input that does not describe an asset. The message is one sentence that a person can act on. */
export class AssetError extends Error {
  override readonly name = "AssetError";
  readonly code: "invalid-request" | "no-recipe" | "invalid-recipe";

  constructor(code: AssetError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
