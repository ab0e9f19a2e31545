import { formatHexColor, parseHexColor } from "../hex-color.ts";

/** 1 to 256 different colours, "#rrggbb" in lower case, in the order that their author gave them. */
export type Palette = { readonly name: string; readonly colors: readonly string[] };

export const mostPaletteColors = 256;

/** "#rrggbb" without repetitions, from any spelling that `parseHexColor` reads. */
export function distinctColors(colors: Iterable<string>): string[] {
  return [...new Set(Array.from(colors, (color) => formatHexColor(parseHexColor(color))))];
}

/** The name of a palette's file without folder and extension. */
export function paletteNameOf(file: string): string {
  return file.replace(/^.*[\\/]/, "").replace(/(?<=.)\.[^.]*$/, "");
}
