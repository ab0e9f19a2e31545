import { StudioError } from "./studio-error.ts";

/** LoRAs as a person names them: "NAME" or "NAME:STRENGTH", one a word, or several with commas between. */
export function parseLoras(
  words: string | readonly string[],
): readonly { readonly name: string; readonly strength: number }[] {
  const parts = (typeof words === "string" ? [words] : words).flatMap((word) => word.split(","));
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(parseLora);
}

function parseLora(word: string): { readonly name: string; readonly strength: number } {
  const [, name, strength] = /^(.+?)(?::([^:/\\]*))?$/.exec(word) ?? [];
  const value = strength === undefined ? 1 : Number(strength);
  if (name === undefined || name.startsWith(":") || strength?.trim() === "" || !Number.isFinite(value))
    throw new StudioError(
      "invalid-order",
      `Cannot use the LoRA ${word}: give its name, or name and strength such as pixel-art-xl:1.2`,
    );
  return { name: name.trim(), strength: value };
}
