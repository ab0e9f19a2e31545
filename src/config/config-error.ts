/** Where a setting's value came from. */
export type SettingOrigin =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "flag"; readonly flag: string };

export type ConfigErrorCode = "unreadable-file" | "bad-file" | "unknown-setting" | "bad-value";

export type ConfigErrorDetails = {
  readonly origin: SettingOrigin;
  /** The setting's name as the file spells it; absent when the file as a whole is wrong. */
  readonly setting?: string;
};

/** The one error of this room; the message is a whole sentence for a person, `code` and `details` are for programs. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: ConfigErrorCode;
  readonly details: ConfigErrorDetails;

  constructor(code: ConfigErrorCode, message: string, details: ConfigErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
