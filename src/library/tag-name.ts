import { LibraryError } from "./library-error.ts";

const maxCharacters = 64;

/** A tag as it is kept: without blanks around it, in lower case, composed. Throws LibraryError. */
export function normalTag(text: string): string {
  const name = text.normalize("NFC").trim().toLowerCase();
  const length = [...name].length;
  if (length >= 1 && length <= maxCharacters && !/[\p{Cc}\p{Cs}]/u.test(name)) return name;
  throw new LibraryError(
    `Cannot use the tag ${JSON.stringify(text.slice(0, 100))}: ` +
      `give 1 to ${maxCharacters} characters without control characters`,
    { code: "invalid-tag", tag: text },
  );
}
