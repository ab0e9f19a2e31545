import { decodePng, dither, encodePng, extractPalette, mapToPalette } from "#pixels";
import { inventNoise, inventPicture } from "./invented-pictures.ts";
import type { PixelsRow } from "./row.ts";

/** Palettes: a picture of `side` x `side` and 32 colours of its own. */
export function paletteRows(side = 1024): readonly PixelsRow[] {
  const size = `${side}px`;
  return [
    {
      name: `mapTo32Colors${size}`,
      prepare() {
        const picture = inventPicture(side);
        const colors = extractPalette(picture, 32);
        return () => mapToPalette(picture, colors);
      },
    },
    {
      name: `mapNoiseTo32Colors${size}`,
      prepare() {
        const noise = inventNoise(side);
        const colors = extractPalette(inventPicture(side), 32);
        return () => mapToPalette(noise, colors);
      },
    },
    ...(["bayer-4", "floyd-steinberg"] as const).map((method) => ({
      name: `dither${method === "bayer-4" ? "Bayer" : "FloydSteinberg"}To32Colors${size}`,
      prepare() {
        const picture = inventPicture(side);
        const colors = extractPalette(picture, 32);
        return () => dither(picture, colors, { method });
      },
    })),
    {
      name: `extract32Colors${size}`,
      prepare() {
        const picture = inventPicture(side);
        return () => extractPalette(picture, 32);
      },
    },
    {
      name: `decodePng${size}`,
      prepare() {
        const png = encodePng(inventPicture(side));
        return () => decodePng(png);
      },
    },
  ];
}
