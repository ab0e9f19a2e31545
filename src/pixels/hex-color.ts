import { PixelsError } from "./pixels-error.ts";

/** Reads "#rrggbb" or "#rgb", in either case, with or without "#", as 0xrrggbb. */
export function parseHexColor(text: string): number {
  const digits = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(text.trim())?.[1];
  if (digits === undefined) {
    throw new PixelsError(`Cannot read the color ${JSON.stringify(text.slice(0, 40))}: write it as #rrggbb`, {
      code: "invalid-color",
      value: text,
    });
  }
  return Number.parseInt(digits.length === 6 ? digits : digits.replaceAll(/./g, "$&$&"), 16);
}

/** Writes 0xrrggbb as "#rrggbb", in lower case. */
export function formatHexColor(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, "0")}`;
}
