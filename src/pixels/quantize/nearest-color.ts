import { oklabOfRgb } from "../oklab.ts";

export type NearestFinder = {
  /** L, a, b of each colour of the palette, one after the other. */
  readonly places: Float64Array;
  /** The index of the palette's colour that is nearest in OKLab; of equally near ones the first. */
  readonly nearest: (L: number, a: number, b: number) => number;
};

/** `palette` is 0xrrggbb, at least one. */
export function nearestFinder(palette: readonly number[]): NearestFinder {
  const places = Float64Array.from(palette.flatMap((rgb) => oklabOfRgb(rgb)));
  const nearest = (L: number, a: number, b: number) => {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let index = 0, at = 0; at < places.length; index++, at += 3) {
      const dL = L - places[at];
      const da = a - places[at + 1];
      const db = b - places[at + 2];
      const distance = dL * dL + da * da + db * db;
      if (distance < least) {
        least = distance;
        nearest = index;
      }
    }
    return nearest;
  };
  return { places, nearest };
}
