/**
 * What could not be asked of the daemon, or what it could not do. `code` is one of ours, or the code of the room's
 * error that the daemon met, so that a caller hears the same as if it had done it itself.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: string;

  constructor(code: ProtocolErrorCode | (string & {}), message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type ProtocolErrorCode =
  /** Nobody answers at the endpoint, or not in time. */
  | "unreachable"
  /** The other side speaks another version. */
  | "version"
  /** What was sent is no message, or not one that the other side knows. */
  | "bad-message"
  | "too-large"
  /** Too many requests of one client at a time. */
  | "busy"
  | "not-found"
  | "bad-endpoint"
  | "bad-keys"
  | "closed";
