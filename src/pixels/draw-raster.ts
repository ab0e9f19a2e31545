import { parseHexColor } from "./hex-color.ts";
import { createRaster, type Raster } from "./raster.ts";

/**
 * Pictures as text, for tests: a string a row, a character a pixel, "." or " " transparent black, other characters
 * opaque in the colour that `colors` has for them.
 */
export function drawRaster(rows: readonly string[], colors: Readonly<Record<string, string>>): Raster {
  const raster = createRaster(rows[0].length, rows.length);
  for (const [index, character] of [...rows.join("")].entries()) {
    if (character === "." || character === " ") continue;
    const rgb = parseHexColor(colors[character]);
    raster.data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255], index * 4);
  }
  return raster;
}

/** The reverse; a colour that `colors` lacks becomes "?", a partly transparent pixel "%". */
export function showRaster({ width, height, data }: Raster, colors: Readonly<Record<string, string>>): string[] {
  const characters = new Map(Object.entries(colors).map(([character, color]) => [parseHexColor(color), character]));
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const [red, green, blue, alpha] = data.subarray((y * width + x) * 4);
      if (alpha === 0) return ".";
      return alpha < 255 ? "%" : (characters.get((red << 16) | (green << 8) | blue) ?? "?");
    }).join(""),
  );
}
