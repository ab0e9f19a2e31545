import { parseHexColor } from "../hex-color.ts";
import { oklabOfRgb } from "../oklab.ts";

/** Hue, lightness and chroma are those of OKLCh, the polar form of OKLab. */
export type PaletteOrder = "hue" | "lightness" | "chroma";

export const paletteOrders: readonly PaletteOrder[] = ["hue", "lightness", "chroma"];

/** Below this chroma a colour is a grey to the eye, and its hue is chance. */
const greyChroma = 0.02;

type Place = { readonly color: string; readonly lightness: number; readonly chroma: number; readonly hue: number };

/** Sorts "#rrggbb" in rising order; by hue, the greys come first, from dark to light, then reds to purples. */
export function sortPalette(colors: readonly string[], order: PaletteOrder): string[] {
  const key = keys[order];
  return colors
    .map(placeOf)
    .toSorted((a, b) => key(a) - key(b) || a.lightness - b.lightness || a.chroma - b.chroma)
    .map(({ color }) => color);
}

const keys: Readonly<Record<PaletteOrder, (place: Place) => number>> = {
  lightness: ({ lightness }) => lightness,
  // In steps too small to see, so that greys, whose chroma is a rounding error, come by lightness.
  chroma: ({ chroma }) => Math.round(chroma * 1000),
  hue: ({ chroma, hue }) => (chroma < greyChroma ? -1 : hue),
};

function placeOf(color: string): Place {
  const [lightness, a, b] = oklabOfRgb(parseHexColor(color));
  const turn = Math.atan2(b, a) / (2 * Math.PI);
  // From pink on, so that reds, which are on both sides of 0, stay together.
  const hue = (turn + 1 + 1 / 24) % 1;
  return { color, lightness, chroma: Math.hypot(a, b), hue };
}
