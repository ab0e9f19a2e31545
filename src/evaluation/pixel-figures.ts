import type { Raster } from "#pixels";

/**
 * The mean over all pairs of rasters of one size of their root mean square difference, over colour times coverage and
 * coverage, in 0..1.
 */
export function meanDistance(rasters: readonly Raster[]): number {
  const covered = rasters.map(coveredValues);
  let sum = 0;
  for (const [place, first] of covered.entries())
    for (const second of covered.slice(place + 1)) {
      let squares = 0;
      for (let index = 0; index < first.length; index++) squares += (first[index] - second[index]) ** 2;
      sum += Math.sqrt(squares / first.length);
    }
  return (2 * sum) / (rasters.length * (rasters.length - 1));
}

/** The share of opaque pixels of which no neighbour (of eight) lies within `tolerance` of 255 in all four channels. */
export function orphanShare(rasters: readonly Raster[], tolerance = 24): number {
  let opaque = 0;
  let orphans = 0;
  for (const raster of rasters)
    for (let y = 0; y < raster.height; y++)
      for (let x = 0; x < raster.width; x++) {
        if (raster.data[(y * raster.width + x) * 4 + 3] < 128) continue;
        opaque++;
        if (!hasRelative(raster, x, y, tolerance)) orphans++;
      }
  return opaque === 0 ? 0 : orphans / opaque;
}

function hasRelative({ width, height, data }: Raster, x: number, y: number, tolerance: number): boolean {
  const at = (y * width + x) * 4;
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
      const other = (ny * width + nx) * 4;
      if (other !== at && isClose(data, at, data, other, tolerance)) return true;
    }
  return false;
}

/** Whether two pixels lie within `tolerance` in all four channels. */
export function isClose(
  first: Uint8ClampedArray,
  at: number,
  second: Uint8ClampedArray,
  other: number,
  tolerance: number,
): boolean {
  for (let channel = 0; channel < 4; channel++)
    if (Math.abs(first[at + channel] - second[other + channel]) > tolerance) return false;
  return true;
}

function coveredValues({ data }: Raster): Float32Array {
  const values = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] / 255;
    for (let channel = 0; channel < 3; channel++) values[at + channel] = (data[at + channel] / 255) * alpha;
    values[at + 3] = alpha;
  }
  return values;
}
