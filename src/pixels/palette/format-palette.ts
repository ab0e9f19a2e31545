import { parseHexColor } from "../hex-color.ts";
import type { Palette } from "./palette.ts";

/** Text formats that `parsePalette` reads back to the same colours: Lospec's, GIMP's and JASC's (Paint Shop Pro). */
export type PaletteFormat = "hex" | "gpl" | "pal";

export function formatPalette({ name, colors }: Palette, format: PaletteFormat): string {
  return formats[format](oneLine(name), colors.map(parseHexColor));
}

const formats: Readonly<Record<PaletteFormat, (name: string, colors: readonly number[]) => string>> = {
  hex: (_name, colors) => colors.map((rgb) => `${hexOf(rgb)}\n`).join(""),
  gpl: (name, colors) =>
    `GIMP Palette\nName: ${name}\nColumns: 16\n#\n${colors.map((rgb) => `${decimals(rgb, "\t", 3)}\t${hexOf(rgb)}\n`).join("")}`,
  // The programs that read this format come from Windows.
  pal: (_name, colors) =>
    `JASC-PAL\r\n0100\r\n${colors.length}\r\n${colors.map((rgb) => `${decimals(rgb, " ")}\r\n`).join("")}`,
};

function hexOf(rgb: number): string {
  return rgb.toString(16).padStart(6, "0");
}

function decimals(rgb: number, between: string, width = 0): string {
  return [rgb >> 16, (rgb >> 8) & 255, rgb & 255].map((value) => String(value).padStart(width)).join(between);
}

/** A line break in the name would be taken for a colour. */
function oneLine(name: string): string {
  return name.replaceAll(/\p{Cc}+/gu, " ").trim();
}
