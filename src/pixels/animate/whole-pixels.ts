/**
 * The nearest whole number, halves away from 0. What is a half but for rounding counts as one, so that frames do not
 * depend on the last bit of a platform's sine.
 */
export function wholePixels(value: number): number {
  const whole = Math.floor(Math.abs(value) + 0.5 + 1e-9);
  return value < 0 ? 0 - whole : whole;
}

/** A point of a curve: where in the course of the animation (0 to 1), and the value there. */
export type Key = readonly [at: number, value: number];

/** The value at a point of the course, in straight lines between the keys, which are in order of their place. */
export function valueAt(keys: readonly Key[], at: number): number {
  const next = keys.findIndex(([place]) => place > at);
  if (next < 0) return keys[keys.length - 1][1];
  if (next === 0) return keys[0][1];
  const [fromAt, fromValue] = keys[next - 1];
  const [toAt, toValue] = keys[next];
  return fromValue + ((toValue - fromValue) * (at - fromAt)) / (toAt - fromAt);
}

/** A number from 0 to below 1 for a pixel; the same for the same seed, unlike that of its neighbours. */
export function pixelNoise(x: number, y: number, seed: number): number {
  // The finalizer of MurmurHash3 (Austin Appleby, public domain) over a mix of the three.
  let hash = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca77) ^ Math.imul(seed + 1, 0xc2b2ae3d);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
