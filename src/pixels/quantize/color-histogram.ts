import { oklabOfRgb } from "../oklab.ts";
import type { Raster } from "../raster.ts";

/**
 * The different colours of a picture, fully transparent pixels left out, in ascending order of 0xrrggbb, so that what
 * is derived from it depends on the colours and not on where they are.
 */
export type ColorHistogram = {
  /** 0xrrggbb. */
  readonly colors: Uint32Array;
  /** Pixels of each colour. */
  readonly counts: Float64Array;
  /** L, a, b of each colour, one after the other. */
  readonly oklab: Float64Array;
};

/**
 * A picture of more than `enough` colours has similar ones counted as the commonest of them, so that a photograph takes
 * no longer than a painting: bits are dropped from each channel for as long as `enough` different colours stay.
 */
export function colorHistogram(raster: Raster, enough = 4096): ColorHistogram {
  return histogramOfCounts(countPixels(raster), enough);
}

/** The same from counts by 0xrrggbb. */
export function histogramOfCounts(exact: ReadonlyMap<number, number>, enough = 4096): ColorHistogram {
  for (let dropped = 4; dropped > 0 && exact.size > enough; dropped--) {
    const bins = binByHighBits(exact, dropped);
    if (bins.size >= enough) return histogramOf(bins);
  }
  return histogramOf(exact);
}

/** Adds the picture's pixels to the counts by 0xrrggbb. */
export function countPixels({ data }: Raster, counts = new Map<number, number>()): Map<number, number> {
  for (let offset = 0; offset < data.length; offset += 4) {
    if (data[offset + 3] === 0) continue;
    const rgb = (data[offset] << 16) | (data[offset + 1] << 8) | data[offset + 2];
    counts.set(rgb, (counts.get(rgb) ?? 0) + 1);
  }
  return counts;
}

function histogramOf(pixels: ReadonlyMap<number, number>): ColorHistogram {
  const colors = Uint32Array.from(pixels.keys()).sort();
  const counts = new Float64Array(colors.length);
  const oklab = new Float64Array(colors.length * 3);
  for (const [index, rgb] of colors.entries()) {
    counts[index] = pixels.get(rgb) ?? 0;
    oklab.set(oklabOfRgb(rgb), index * 3);
  }
  return { colors, counts, oklab };
}

/** Counts by the commonest colour of each bin; of equally common ones the lowest 0xrrggbb. */
function binByHighBits(pixels: ReadonlyMap<number, number>, droppedBits: number): Map<number, number> {
  const kept = (0xff << droppedBits) & 0xff;
  const mask = (kept << 16) | (kept << 8) | kept;
  const bins = new Map<number, { color: number; most: number; total: number }>();
  for (const [rgb, count] of pixels) {
    const bin = bins.get(rgb & mask);
    if (bin === undefined) {
      bins.set(rgb & mask, { color: rgb, most: count, total: count });
      continue;
    }
    bin.total += count;
    if (count > bin.most || (count === bin.most && rgb < bin.color)) {
      bin.color = rgb;
      bin.most = count;
    }
  }
  return new Map(Array.from(bins.values(), ({ color, total }) => [color, total]));
}
