import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { readPicture } from "#files";
import { findPalette, type Palette, paletteFromRaster, parsePalette } from "#pixels";
import { StudioError } from "./studio-error.ts";

const paletteExtensions = new Set([".hex", ".gpl", ".pal", ".txt", ".png"]);

/**
 * A built-in palette by name, or one from a file: .hex, .gpl, .pal, or a PNG swatch. Throws a PixelsError, FilesError or
 * StudioError of one sentence.
 */
export async function readPalette(nameOrFile: string): Promise<Palette> {
  const extension = extname(nameOrFile).toLowerCase();
  if (!paletteExtensions.has(extension) && !/[\\/]/.test(nameOrFile)) return findPalette(nameOrFile);
  if (extension === ".png") return paletteFromRaster(await readPicture(nameOrFile), nameOrFile);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(nameOrFile);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new StudioError(
      "unreadable-file",
      `Cannot read the palette ${nameOrFile}: ${code === "ENOENT" ? "there is no such file" : code}; name a .hex, .gpl, ` +
        ".pal or PNG file, or a built-in palette",
      { cause },
    );
  }
  return parsePalette(bytes, nameOrFile);
}
