/**
 * Value noise: random values at the points of a lattice `spacing` pixels wide, smoothly interpolated, and half as strong
 * at half the spacing. From -1 to 1, about 0 on average. The same seed gives the same noise on every machine.
 *
 * K. Perlin, "An image synthesizer", SIGGRAPH 1985, with the values of a lattice instead of gradients.
 */
export function valueNoise(seed: number, spacing: number): (x: number, y: number) => number {
  return (x, y) =>
    (2 / 3) * latticeValue(x / spacing, y / spacing, seed) +
    (1 / 3) * latticeValue((2 * x) / spacing, (2 * y) / spacing, seed + 1);
}

function latticeValue(x: number, y: number, seed: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const across = smooth(x - left);
  const down = smooth(y - top);
  const upper = randomAt(left, top, seed) * (1 - across) + randomAt(left + 1, top, seed) * across;
  const lower = randomAt(left, top + 1, seed) * (1 - across) + randomAt(left + 1, top + 1, seed) * across;
  return (upper * (1 - down) + lower * down) * 2 - 1;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** A number from 0 to 1 that depends on a place and a seed: a 32-bit integer hash (C. Wellons, "hash prospector", 2018). */
export function randomAt(x: number, y: number, seed: number): number {
  let hash = (Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(seed | 0, 0xc2b2ae35)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
