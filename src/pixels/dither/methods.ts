/**
 * How an error is spread: to the right and below, as `[dx, dy, weight]` with the pixel itself at 0, 0; each gets its
 * weight divided by `divisor`.
 */
export type DiffusionKernel = {
  readonly divisor: number;
  readonly spread: readonly (readonly [dx: number, dy: number, weight: number])[];
};

/** Thresholds of a pattern that repeats: each number from 0 to size * size - 1 once, row by row. */
export type ThresholdMatrix = { readonly size: number; readonly ranks: readonly number[] };

/**
 * Kernels of error diffusion. Sources: R. W. Floyd and L. Steinberg, "An adaptive algorithm for spatial grey scale",
 * Proceedings of the SID 17(2), 1976; J. F. Jarvis, C. N. Judice and W. H. Ninke, "A survey of techniques for the display
 * of continuous tone pictures on bilevel displays", Computer Graphics and Image Processing 5(1), 1976; P. Stucki,
 * "MECCA: a multiple-error correcting computation algorithm for bilevel image hardcopy reproduction", IBM research
 * report RZ1060, 1981; D. Burkes' and Frankie Sierra's of 1988 to 1990 as in R. Ulichney's and L. Crocker's collections
 * (DHALF.TXT, 1991); R. L. Stevenson and G. R. Arce, "Binary display of hexagonally sampled continuous-tone images",
 * JOSA A 2(7), 1985; Bill Atkinson's spreads three quarters only, which keeps light and dark areas clean.
 */
export const diffusionKernels = {
  "floyd-steinberg": kernel(16, "* 7", "3 5 1"),
  "jarvis-judice-ninke": kernel(48, "* 7 5", "3 5 7 5 3", "1 3 5 3 1"),
  stucki: kernel(42, "* 8 4", "2 4 8 4 2", "1 2 4 2 1"),
  burkes: kernel(32, "* 8 4", "2 4 8 4 2"),
  sierra: kernel(32, "* 5 3", "2 4 5 4 2", "0 2 3 2 0"),
  "sierra-two-row": kernel(16, "* 4 3", "1 2 3 2 1"),
  "sierra-lite": kernel(4, "* 2", "1 1 0"),
  "stevenson-arce": kernel(200, "* 0 32 0", "12 0 26 0 30 0 16", "0 12 0 26 0 12 0", "5 0 12 0 12 0 5"),
  atkinson: kernel(8, "* 1 1", "0 1 1 1 0", "0 0 1 0 0"),
} as const satisfies Readonly<Record<string, DiffusionKernel>>;

/**
 * Patterns of ordered dithering. Bayer's: B. E. Bayer, "An optimum method for two-level rendition of continuous-tone
 * pictures", IEEE ICC 1973. "cluster-4" grows dots from their middle, as in print.
 */
export const thresholdMatrices = {
  "bayer-2": bayer(2),
  "bayer-4": bayer(4),
  "bayer-8": bayer(8),
  "cluster-4": { size: 4, ranks: [12, 5, 6, 13, 4, 0, 1, 7, 11, 3, 2, 8, 15, 10, 9, 14] },
} as const satisfies Readonly<Record<string, ThresholdMatrix>>;

export type DitherMethod = "none" | keyof typeof diffusionKernels | keyof typeof thresholdMatrices;

export const ditherMethods: readonly DitherMethod[] = [
  "none",
  ...(Object.keys(thresholdMatrices) as (keyof typeof thresholdMatrices)[]),
  ...(Object.keys(diffusionKernels) as (keyof typeof diffusionKernels)[]),
];

/**
 * A kernel as it is drawn in books: "*" is the pixel, in the first row all that follows it lies to its right; the rows
 * below are centred on it.
 */
function kernel(divisor: number, first: string, ...below: readonly string[]): DiffusionKernel {
  const spread: [number, number, number][] = [];
  for (const [index, weight] of first.split(" ").entries()) if (index > 0) spread.push([index, 0, Number(weight)]);
  for (const [row, weights] of below.entries()) {
    const numbers = weights.split(" ").map(Number);
    for (const [index, weight] of numbers.entries()) spread.push([index - (numbers.length >> 1), row + 1, weight]);
  }
  return { divisor, spread: spread.filter(([, , weight]) => weight > 0) };
}

/** Each doubling puts 4 times the smaller matrix, plus 0, 2, 3 and 1, into its quarters. */
function bayer(size: number): ThresholdMatrix {
  if (size === 1) return { size, ranks: [0] };
  const half = size / 2;
  const { ranks } = bayer(half);
  const quarter = [0, 2, 3, 1];
  return {
    size,
    ranks: Array.from({ length: size * size }, (_, index) => {
      const x = index % size;
      const y = Math.floor(index / size);
      return 4 * ranks[(y % half) * half + (x % half)] + quarter[2 * Math.floor(y / half) + Math.floor(x / half)];
    }),
  };
}
