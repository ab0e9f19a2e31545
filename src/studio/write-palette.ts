import { dirname, extname, resolve } from "node:path";
import { makeFolder, writeFileAtomically } from "#files";
import { encodePng, formatPalette, type Palette, type PaletteFormat, paletteSwatch } from "#pixels";
import { StudioError } from "./studio-error.ts";

/** What a palette's file may be, by its ending. */
const writers: Readonly<Record<string, (palette: Palette) => string | Uint8Array>> = {
  ".hex": asText("hex"),
  ".gpl": asText("gpl"),
  ".pal": asText("pal"),
  ".png": (palette) => encodePng(paletteSwatch(palette)),
};

function asText(format: PaletteFormat): (palette: Palette) => string {
  return (palette) => formatPalette(palette, format);
}

/**
 * Writes a palette in the format that the file's ending names: .hex, .gpl (GIMP), .pal (JASC) or a .png of swatches.
 * Replaces nothing without `force`. Throws StudioError for another ending, before anything is written, and FilesError.
 */
export async function writePalette(palette: Palette, file: string, { force = false } = {}): Promise<void> {
  const write = paletteWriterFor(file);
  await makeFolder(dirname(resolve(file)));
  await writeFileAtomically(file, write(palette), { onlyIfAbsent: !force });
}

/** Refuses a file of another ending. */
export function paletteWriterFor(file: string): (palette: Palette) => string | Uint8Array {
  const write = writers[extname(file).toLowerCase()];
  if (write === undefined)
    throw new StudioError(
      "unsupported",
      `Cannot write a palette to ${file}: end its name in ${Object.keys(writers)
        .join(", ")
        .replace(/, ([^,]*)$/, " or $1")}`,
    );
  return write;
}
