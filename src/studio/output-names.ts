import { join, posix, resolve } from "node:path";
import { StudioError } from "./studio-error.ts";

/** Gives out the places of files under a folder, each once. */
export type OutputNames = {
  /**
   * The path for `name`, with "/" between folders. Refuses a name that would leave the folder, and one that another
   * source has, also when only case or the spelling of accents differs, which many disks do not tell apart. Throws
   * StudioError.
   */
  readonly claim: (name: string, source: string) => string;
};

export function outputNames(folder: string): OutputNames {
  const sources = new Map<string, string>();
  return {
    claim(name, source) {
      if (!staysInside(name))
        throw new StudioError(
          "invalid-order",
          `Cannot write ${JSON.stringify(name)} for ${source}: the name leads out of its folder; choose a plain one`,
        );
      const path = join(folder, name);
      const key = resolve(path).normalize("NFC").toLowerCase();
      const other = sources.get(key);
      if (other !== undefined)
        throw new StudioError(
          "occupied",
          `Cannot write ${path} for ${source}: ${other} goes there already; rename one, or give two --out folders`,
        );
      sources.set(key, source);
      return path;
    },
  };
}

/** No part of it is "..", it is not absolute, and it names something; "\" is a separator on Windows. */
export function staysInside(name: string): boolean {
  const parts = name.split(/[\\/]/);
  return (
    name !== "" &&
    !name.includes("\0") &&
    !posix.isAbsolute(name) &&
    !/^[a-z]:/i.test(name) &&
    parts.every((part) => part !== "" && part !== "." && part !== "..")
  );
}
