/**
 * The kernel inception distance (Bińkowski et al., 2018, "Demystifying MMD GANs"): the unbiased squared maximum mean
 * discrepancy of two sets of feature vectors of one length, with the kernel (x.y / d + 1)^3. About 0 for two samples of
 * one distribution; it may be slightly negative. Each set needs two vectors or more.
 */
export function kernelDistance(first: readonly Float32Array[], second: readonly Float32Array[]): number {
  return meanKernel(first, first, true) + meanKernel(second, second, true) - 2 * meanKernel(first, second, false);
}

/** The mean over all pairs; over pairs of different places only where both sets are the same. */
function meanKernel(rows: readonly Float32Array[], columns: readonly Float32Array[], isSame: boolean): number {
  let sum = 0;
  for (const [row, x] of rows.entries())
    for (const [column, y] of columns.entries()) if (!isSame || row !== column) sum += kernel(x, y);
  return sum / (rows.length * (isSame ? rows.length - 1 : columns.length));
}

function kernel(x: Float32Array, y: Float32Array): number {
  let product = 0;
  for (let index = 0; index < x.length; index++) product += x[index] * y[index];
  return (product / x.length + 1) ** 3;
}
