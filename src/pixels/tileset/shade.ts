import { oklabOfRgb } from "../oklab.ts";

/**
 * Lightens and darkens within a palette: a function that gives for a colour 0xrrggbb the one of the palette that is
 * nearest to it with `lightness` added, where that one really is lighter or darker; else the colour as it is. `own` are
 * preferred, being the colours of the same texture: another counts as farther by `strangeness`.
 */
export function shader(own: readonly number[], others: readonly number[]): (rgb: number, lightness: number) => number {
  const candidates = [
    ...own.map((rgb) => ({ rgb, place: oklabOfRgb(rgb), penalty: 0 })),
    ...others.map((rgb) => ({ rgb, place: oklabOfRgb(rgb), penalty: strangeness })),
  ];
  const known = new Map<string, number>();
  const find = (rgb: number, lightness: number) => {
    const [L, a, b] = oklabOfRgb(rgb);
    let best = rgb;
    let least = Math.abs(lightness) * 1.4;
    for (const { rgb: candidate, place, penalty } of candidates) {
      const gained = (place[0] - L) * Math.sign(lightness);
      if (gained < Math.abs(lightness) / 6) continue;
      // Hue matters more than lightness: dark green for green, not the dirt's dark brown.
      const distance = Math.hypot(place[0] - L - lightness, 1.5 * (place[1] - a), 1.5 * (place[2] - b)) + penalty;
      if (distance >= least) continue;
      least = distance;
      best = candidate;
    }
    return best;
  };
  return (rgb, lightness) => {
    if (lightness === 0) return rgb;
    const key = `${rgb} ${lightness}`;
    const shaded = known.get(key) ?? find(rgb, lightness);
    known.set(key, shaded);
    return shaded;
  };
}

const strangeness = 0.04;
