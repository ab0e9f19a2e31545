/**
 * The spectrum of a profile at `frequency = index / size` cycles a pixel, index 0 to size / 2, by a fast Fourier
 * transform (J. W. Cooley and J. W. Tukey, 1965) over the profile padded with zeros to at least eight times its length,
 * so that neighbouring indices are an eighth of a cell of the picture apart or less.
 */
export type Spectrum = {
  readonly size: number;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  /** |F|^2 over the profile's sum of squares: 1 on average for noise, the number of cells for lone lines in a grid. */
  readonly power: Float64Array;
};

export function spectrumOf(profile: Float64Array): Spectrum {
  let size = 64;
  while (size < profile.length * 8) size *= 2;
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  real.set(profile);
  let energy = 0;
  for (const value of profile) energy += value * value;
  transform(real, imaginary);
  const power = new Float64Array(size / 2 + 1);
  if (energy > 0)
    for (let index = 0; index < power.length; index++) {
      power[index] = (real[index] * real[index] + imaginary[index] * imaginary[index]) / energy;
    }
  return { size, real, imaginary, power };
}

function transform(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let index = 1, mirrored = 0; index < size; index++) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (index >= mirrored) continue;
    [real[index], real[mirrored]] = [real[mirrored], real[index]];
    [imaginary[index], imaginary[mirrored]] = [imaginary[mirrored], imaginary[index]];
  }
  for (let half = 1; half < size; half *= 2) {
    const angle = -Math.PI / half;
    for (let offset = 0; offset < half; offset++) {
      const cosine = Math.cos(angle * offset);
      const sine = Math.sin(angle * offset);
      for (let low = offset; low < size; low += 2 * half) {
        const high = low + half;
        const r = real[high] * cosine - imaginary[high] * sine;
        const i = real[high] * sine + imaginary[high] * cosine;
        real[high] = real[low] - r;
        imaginary[high] = imaginary[low] - i;
        real[low] += r;
        imaginary[low] += i;
      }
    }
  }
}
