/** Seeded random numbers for the distortions: the same seed gives the same picture on every machine. */
export type Random = {
  /** From `least` up to, not including, `most`. */
  readonly between: (least: number, most: number) => number;
  /** A whole number, both ends included. */
  readonly whole: (least: number, most: number) => number;
  /** Of mean 0 and standard deviation 1, nearly normally distributed: the sum of four uniform numbers. */
  readonly normal: () => number;
};

/** A 32-bit generator of one word of state with a multiply-and-shift output, after PCG (M. E. O'Neill, 2014). */
export function randomFrom(seed: string): Random {
  // FNV-1a over the text, so that names can be seeds.
  let state = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) {
    state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193);
  }
  const next = () => {
    state = (Math.imul(state, 747796405) + 2891336453) | 0;
    const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737);
    return (((word >>> 22) ^ word) >>> 0) / 2 ** 32;
  };
  return {
    between: (least, most) => least + next() * (most - least),
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    normal: () => {
      const sum = next() + next() + next() + next();
      return (sum - 2) * Math.sqrt(3);
    },
  };
}
