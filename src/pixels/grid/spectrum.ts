/** The spectrum of a profile at `frequency = index / size` cycles a pixel, index 0 to size / 2. */
export type Spectrum = {
  readonly size: number;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  /** |F|^2 over the profile's sum of squares: 1 on average for noise, the number of cells for lone lines in a grid. */
  readonly power: Float64Array;
};

/**
 * Spectra by a fast Fourier transform (J. W. Cooley and J. W. Tukey, 1965) over profiles padded with zeros to at least
 * eight times their length, so that neighbouring indices are an eighth of a cell of the picture apart or less.
 */
export function spectraOf(profiles: readonly Float64Array[]): Spectrum[] {
  const length = Math.max(...profiles.map((profile) => profile.length));
  let size = 64;
  while (size < length * 8) size *= 2;
  const turns = turnsOf(size);
  const spectra: Spectrum[] = [];
  // Two real profiles at a time are the real and the imaginary part of one.
  for (let index = 0; index < profiles.length; index += 2) {
    const [first, second] = [profiles[index], profiles[index + 1]];
    const real = new Float64Array(size);
    const imaginary = new Float64Array(size);
    real.set(first);
    if (second !== undefined) imaginary.set(second);
    transform(real, imaginary, turns);
    const [one, other] = separated(real, imaginary);
    spectra.push(spectrumOf(first, size, one));
    if (second !== undefined) spectra.push(spectrumOf(second, size, other));
  }
  return spectra;
}

type Halves = { readonly real: Float64Array; readonly imaginary: Float64Array };

/** The even part of the real and the odd one of the imaginary numbers belong to the first, the rest to the second. */
function separated(real: Float64Array, imaginary: Float64Array): [Halves, Halves] {
  const size = real.length;
  const empty = () => ({ real: new Float64Array(size / 2 + 1), imaginary: new Float64Array(size / 2 + 1) });
  const [one, other] = [empty(), empty()];
  for (let index = 0; index <= size / 2; index++) {
    const mirrored = (size - index) % size;
    one.real[index] = (real[index] + real[mirrored]) / 2;
    one.imaginary[index] = (imaginary[index] - imaginary[mirrored]) / 2;
    other.real[index] = (imaginary[index] + imaginary[mirrored]) / 2;
    other.imaginary[index] = (real[mirrored] - real[index]) / 2;
  }
  return [one, other];
}

function spectrumOf(profile: Float64Array, size: number, { real, imaginary }: Halves): Spectrum {
  const power = new Float64Array(size / 2 + 1);
  let energy = 0;
  for (const value of profile) energy += value * value;
  if (energy > 0)
    for (let index = 0; index < power.length; index++) {
      power[index] = (real[index] * real[index] + imaginary[index] * imaginary[index]) / energy;
    }
  return { size, real, imaginary, power };
}

/** Cosines and sines of the first half of a turn, in `size` steps a turn. */
function turnsOf(size: number) {
  const cosines = new Float64Array(size / 2);
  const sines = new Float64Array(size / 2);
  for (let index = 0; index < size / 2; index++) {
    cosines[index] = Math.cos((-2 * Math.PI * index) / size);
    sines[index] = Math.sin((-2 * Math.PI * index) / size);
  }
  return { cosines, sines };
}

function transform(real: Float64Array, imaginary: Float64Array, { cosines, sines }: ReturnType<typeof turnsOf>): void {
  const size = real.length;
  for (let index = 1, mirrored = 0; index < size; index++) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (index >= mirrored) continue;
    const r = real[index];
    const i = imaginary[index];
    real[index] = real[mirrored];
    imaginary[index] = imaginary[mirrored];
    real[mirrored] = r;
    imaginary[mirrored] = i;
  }
  for (let half = 1; half < size; half *= 2) {
    const every = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let low = start, turn = 0; low < start + half; low++, turn += every) {
        const high = low + half;
        const r = real[high] * cosines[turn] - imaginary[high] * sines[turn];
        const i = real[high] * sines[turn] + imaginary[high] * cosines[turn];
        real[high] = real[low] - r;
        imaginary[high] = imaginary[low] - i;
        real[low] += r;
        imaginary[low] += i;
      }
    }
  }
}

/** The phase in radians and the amplitude at a frequency, which may lie beyond half a cycle a pixel. */
export function waveAt({ real, imaginary, size }: Spectrum, frequency: number): { phase: number; amplitude: number } {
  const index = ((Math.round(frequency * size) % size) + size) % size;
  // Frequencies beyond fold back with the phase turned round.
  const isBeyond = index > size / 2;
  const place = isBeyond ? size - index : index;
  const [r, i] = [real[place], isBeyond ? -imaginary[place] : imaginary[place]];
  return { phase: Math.atan2(i, r), amplitude: Math.hypot(r, i) };
}

/** The power at a frequency, which is known to a sixteenth of a cell. */
export function powerAt({ power, size }: Spectrum, frequency: number): number {
  let index = Math.round(frequency * size) % size;
  if (index > size / 2) index = size - index;
  return Math.max(power[index], power[index - 1] ?? 0, power[index + 1] ?? 0);
}
