import { PixelsError } from "../pixels-error.ts";

/** Names that Windows keeps for devices. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * Refuses frame names that could not become files below one folder on every system: empty ones, absolute ones, parts
 * such as "..", characters that some system forbids, and two that differ by nothing or by case alone.
 */
export function checkFrameNames(names: Iterable<string>): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    if (!isSafe(name))
      throw new PixelsError(
        `Cannot use the frame name ${JSON.stringify(name.slice(0, 80))}: give a plain name, or folders and a name ` +
          'without ".."',
        { code: "invalid-name", name },
      );
    const other = seen.get(name.toLowerCase());
    if (other !== undefined)
      throw new PixelsError(
        other === name
          ? `Cannot use the frame name ${JSON.stringify(name)} twice: rename one of the two`
          : `Cannot use the frame names ${JSON.stringify(other)} and ${JSON.stringify(name)} together: ` +
              "some systems take them for one; rename one of the two",
        { code: "name-collision", name },
      );
    seen.set(name.toLowerCase(), name);
  }
}

function isSafe(name: string): boolean {
  return (
    name.length <= 200 &&
    name.split("/").every((part) => {
      const isPlain = part !== "" && part.trim() === part && !part.endsWith(".") && !reserved.test(part);
      return isPlain && !hasForbiddenCharacter(part);
    })
  );
}

function hasForbiddenCharacter(part: string): boolean {
  for (const character of part) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 32 || code === 127 || '\\:*?"<>|'.includes(character)) return true;
  }
  return false;
}
