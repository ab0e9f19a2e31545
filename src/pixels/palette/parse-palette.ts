import { decodePng } from "../codec/decode-png.ts";
import { formatHexColor, parseHexColor } from "../hex-color.ts";
import { PixelsError } from "../pixels-error.ts";
import { distinctColors, mostPaletteColors, type Palette, paletteNameOf } from "./palette.ts";
import { paletteFromRaster } from "./palette-from-raster.ts";

/**
 * Reads a palette file: Lospec .hex (a colour a line), GIMP .gpl, JASC .pal, RIFF .pal, or a PNG swatch. The format is
 * told from the content, since .pal names two of them; `file` gives the palette its name, unless a .gpl has one inside,
 * and stands in errors. Repeated colours are dropped.
 */
export function parsePalette(content: Uint8Array | string, file: string): Palette {
  if (typeof content !== "string") {
    if (startsWith(content, [0x89, 0x50, 0x4e, 0x47])) return paletteFromRaster(decodePng(content), file);
    if (startsWith(content, [0x52, 0x49, 0x46, 0x46]))
      return makePalette(paletteNameOf(file), readRiff(content, file), file);
  }
  const text = typeof content === "string" ? content : new TextDecoder().decode(content);
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const format = formatOf(lines[0].trim());
  const name = format === "gpl" ? readGplName(lines) : undefined;
  return makePalette(name ?? paletteNameOf(file), readers[format](lines, file), file);
}

type TextFormat = "hex" | "gpl" | "jasc";

function formatOf(firstLine: string): TextFormat {
  if (firstLine === "GIMP Palette") return "gpl";
  return firstLine === "JASC-PAL" ? "jasc" : "hex";
}

/** Each takes the lines of the file and gives its colours, "#rrggbb", repetitions included. */
const readers: Readonly<Record<TextFormat, (lines: readonly string[], file: string) => string[]>> = {
  /** One "rrggbb" a line, with or without "#"; lines that begin with ";" are comments. */
  hex(lines, file) {
    const colors: string[] = [];
    for (const [index, line] of lines.entries()) {
      const text = line.trim();
      if (text === "" || text.startsWith(";")) continue;
      if (!/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text)) {
        throw invalidLine(file, index, line, "each line must hold a color as rrggbb");
      }
      colors.push(formatHexColor(parseHexColor(text)));
    }
    return colors;
  },

  /** "Name:" and "Columns:" lines, comments after "#", then red, green, blue in decimal and a name, one a line. */
  gpl(lines, file) {
    const colors: string[] = [];
    for (const [index, line] of lines.entries()) {
      const text = line.trim();
      if (index === 0 || text === "" || /^(?:#|Name:|Columns:|Channels:)/.test(text)) continue;
      colors.push(readDecimals(line, index, file));
    }
    return colors;
  },

  /** "JASC-PAL", "0100", the number of colours, then red, green, blue in decimal, one a line. */
  jasc(lines, file) {
    const [, version = "", count = ""] = lines;
    if (version.trim() !== "0100") throw invalidLine(file, 1, version, "a JASC palette says 0100 there");
    if (!/^\d+$/.test(count.trim()))
      throw invalidLine(file, 2, count, "a JASC palette says there how many colors it has");
    const rows = lines.slice(3, 3 + Number(count));
    if (rows.length < Number(count)) {
      throw invalidLine(file, 2, count, `only ${rows.length} of them follow`);
    }
    return rows.map((line, index) => readDecimals(line, index + 3, file));
  },
};

function readGplName(lines: readonly string[]): string | undefined {
  const name = lines
    .find((line) => line.startsWith("Name:"))
    ?.slice("Name:".length)
    .trim();
  return name === "" ? undefined : name;
}

function readDecimals(line: string, index: number, file: string): string {
  const [, red, green, blue] = (/^\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s|$)/.exec(line) ?? []).map(Number);
  if (red === undefined || Math.max(red, green, blue) > 255) {
    throw invalidLine(file, index, line, "it must hold red, green and blue as numbers from 0 to 255");
  }
  return formatHexColor((red << 16) | (green << 8) | blue);
}

/** Microsoft RIFF of form "PAL ": in its chunk "data" version 0x0300, the count, then red, green, blue, flags. */
function readRiff(bytes: Uint8Array, file: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameAt = (offset: number) => String.fromCharCode(...bytes.subarray(offset, offset + 4));
  const broken = (what: string) =>
    new PixelsError(`Cannot read the palette ${file}: ${what}; save it again as .hex, .gpl or .pal`, {
      code: "invalid-palette",
      file,
    });
  if (nameAt(8) !== "PAL ") throw broken(`it is a RIFF file of the kind ${JSON.stringify(nameAt(8))}, not "PAL "`);
  for (let offset = 12; offset + 12 <= bytes.length; ) {
    const length = view.getUint32(offset + 4, true);
    if (nameAt(offset) === "data") {
      const count = view.getUint16(offset + 10, true);
      const start = offset + 12;
      if (start + count * 4 > bytes.length) throw broken(`it ends before the last of its ${count} colors`);
      return Array.from({ length: count }, (_, index) => {
        const [red, green, blue] = bytes.subarray(start + index * 4);
        return formatHexColor((red << 16) | (green << 8) | blue);
      });
    }
    offset += 8 + length + (length & 1);
  }
  throw broken('it has no colors (no chunk "data")');
}

function makePalette(name: string, colors: readonly string[], file: string): Palette {
  const distinct = distinctColors(colors);
  if (distinct.length === 0 || distinct.length > mostPaletteColors) {
    throw new PixelsError(
      `Cannot use the palette ${file}: it has ${distinct.length} colors; give one with 1 to ${mostPaletteColors}`,
      { code: "invalid-palette", file },
    );
  }
  return { name, colors: distinct };
}

function invalidLine(file: string, index: number, line: string, remedy: string): PixelsError {
  const shown = JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}...` : line);
  return new PixelsError(`Cannot read the palette ${file}: line ${index + 1} is ${shown}; ${remedy}`, {
    code: "invalid-palette",
    file,
    line: index + 1,
  });
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}
