import { PixelsError } from "../pixels-error.ts";
import { builtInPalettes } from "./built-in-palettes.ts";
import type { Palette } from "./palette.ts";

/** A built-in palette by its name or an alias; case, blanks and punctuation do not matter ("Pico 8" is "pico-8"). */
export function findPalette(name: string): Palette {
  const wanted = keyOf(name);
  const found = builtInPalettes.find((palette) => namesOf(palette).some((known) => keyOf(known) === wanted));
  if (found !== undefined) return { name: found.name, colors: found.colors };
  const suggestions = suggest(wanted);
  const advice =
    suggestions.length > 0 ? `did you mean ${suggestions.join(", ")}?` : `there are ${paletteNames().join(", ")}.`;
  throw new PixelsError(
    `Cannot find the palette ${JSON.stringify(name.slice(0, 60))}: ${advice} Or give a .hex, .gpl, .pal or PNG file`,
    { code: "unknown-palette", name, suggestions },
  );
}

/** The names of all built-in palettes, without their aliases. */
export function paletteNames(): string[] {
  return builtInPalettes.map(({ name }) => name);
}

function namesOf({ name, aliases }: (typeof builtInPalettes)[number]): string[] {
  return [name, ...aliases];
}

function keyOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** Up to three palettes with a name that contains the wanted one, is contained in it, or differs by a few letters. */
function suggest(wanted: string): string[] {
  const fewLetters = Math.min(2, Math.floor(wanted.length / 3));
  return builtInPalettes
    .map((palette) => ({
      name: palette.name,
      distance: Math.min(...namesOf(palette).map((known) => distanceBetween(wanted, keyOf(known)))),
    }))
    .filter(({ distance }) => distance <= fewLetters)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

function distanceBetween(wanted: string, known: string): number {
  const isPart = wanted.length > 1 && (known.includes(wanted) || wanted.includes(known));
  return isPart ? 0 : editDistance(wanted.slice(0, 40), known);
}

/** Levenshtein distance. */
function editDistance(first: string, second: string): number {
  let row = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (let i = 1; i <= first.length; i++) {
    const next = [i];
    for (let j = 1; j <= second.length; j++) {
      const replaced = row[j - 1] + (first[i - 1] === second[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[second.length];
}
