import { oklabOfRgb, type Raster } from "#pixels";

/** What a person calls a colour; the order is the classifier's too. */
export const colorFamilies = [
  "red",
  "orange",
  "yellow",
  "green",
  "cyan",
  "blue",
  "purple",
  "pink",
  "brown",
  "white",
  "gray",
  "black",
] as const;

export type ColorFamily = (typeof colorFamilies)[number];

/** Where one hue's name gives way to the next, in degrees of OKLCh. */
const hueEdges: readonly (readonly [below: number, family: ColorFamily])[] = [
  [12, "pink"],
  [42, "red"],
  [76, "orange"],
  [116, "yellow"],
  [172, "green"],
  [225, "cyan"],
  [283, "blue"],
  [318, "purple"],
  [361, "pink"],
];

/**
 * The families by which a person would name a sprite: those that take a quarter of the opaque pixels that are not black,
 * and black where it takes half of all, since most sprites are outlined in black and nobody names the outline. The same
 * rule labelled the classifier's training data.
 */
export function namedColors({ data }: Raster): readonly ColorFamily[] {
  const counts = new Map<ColorFamily, number>();
  let opaque = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 128) continue;
    opaque++;
    const family = familyOf((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  const black = counts.get("black") ?? 0;
  return colorFamilies.filter((family) => {
    if (family === "black") return opaque > 0 && black / opaque >= 0.5;
    return (counts.get(family) ?? 0) / Math.max(1, opaque - black) >= 0.25;
  });
}

/** The family of one colour, 0xrrggbb, by its place in OKLCh. */
export function familyOf(rgb: number): ColorFamily {
  const [lightness, a, b] = oklabOfRgb(rgb);
  const chroma = Math.hypot(a, b);
  const hue = (Math.atan2(b, a) * (180 / Math.PI) + 360) % 360;
  if (lightness < 0.32 && (chroma < 0.06 || lightness < 0.18)) return "black";
  if (chroma < 0.04) return lightness > 0.86 ? "white" : "gray";
  if (chroma < 0.13 && hue >= 12 && hue < 30 && lightness < 0.45) return "red";
  // Dim or dull orange is brown, and so is dark yellow that is not yet olive; pale red is pink.
  if (hue >= 30 && hue < 92 && (lightness < 0.55 || chroma < 0.095)) return "brown";
  const family = hueEdges.find(([below]) => hue < below)?.[1] ?? "pink";
  // What is darker than pink is purple on one side and red on the other.
  if (family === "pink" && lightness < 0.5) return hue >= 318 && hue < 345 ? "purple" : "red";
  return family === "red" && lightness > 0.76 ? "pink" : family;
}
