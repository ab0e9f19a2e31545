import { fillArea } from "../fill-area.ts";
import type { Raster } from "../raster.ts";
import { glyphHeight, glyphs, spaceWidth } from "./pixel-face.ts";

/** Height in pixels of a line of text, what hangs below the baseline included. */
export const textHeight = glyphHeight;

const gap = 1;

/** Width in pixels of a line of text at scale 1. */
export function textWidth(text: string): number {
  const widths = [...text].map(characterWidth);
  return widths.reduce((sum, width) => sum + width + gap, 0) - (widths.length > 0 ? gap : 0);
}

/** The longest beginning of a text that fits into `width` pixels, with an ellipsis where something is left out. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = [...text];
  while (characters.length > 0) {
    characters.pop();
    const shortened = `${characters.join("").trimEnd()}…`;
    if (textWidth(shortened) <= width) return shortened;
  }
  return "";
}

/**
 * Draws one line of text into a raster, in place: its top left corner at (left, top), in one colour ("#rrggbb"), each of
 * its pixels as a block of `scale`. What lies outside is left out. Characters that the face lacks are shown as "?".
 */
export function drawText(
  target: Raster,
  text: string,
  {
    left,
    top,
    color,
    scale = 1,
  }: { readonly left: number; readonly top: number; readonly color: string; readonly scale?: number },
): void {
  let pen = left;
  for (const character of text) {
    const rows = rowsOf(character);
    for (const [row, marks] of rows.entries())
      for (let column = 0; column < marks.length; column++)
        if (marks[column] === "#")
          fillArea(target, { left: pen + column * scale, top: top + row * scale, width: scale, height: scale }, color);
    pen += (characterWidth(character) + gap) * scale;
  }
}

function characterWidth(character: string): number {
  return character === " " ? spaceWidth : rowsOf(character)[0].length;
}

function rowsOf(character: string): readonly string[] {
  if (character === " ") return [];
  return glyphs.get(character) ?? glyphs.get("?") ?? [];
}
