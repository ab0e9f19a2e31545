import { createRaster, type Raster } from "#pixels";

/** How far a kernel reaches, in source pixels, and its weight at a distance. */
type Kernel = { readonly reach: number; readonly weight: (distance: number) => number };

/**
 * The kernels that picture programs offer. Of the cubic ones of D. P. Mitchell and A. N. Netravali ("Reconstruction
 * filters in computer graphics", 1988), bicubic is Keys' with a = -0.5 (B = 0, C = 1/2); the B-spline (B = 1, C = 0) is
 * ImageMagick's "Cubic", which passes through no pixel and blurs far more; Mitchell (both 1/3) lies between them. Lanczos
 * has three lobes.
 */
const kernels = {
  box: { reach: 0.5, weight: () => 1 },
  bilinear: { reach: 1, weight: (distance) => 1 - distance },
  bicubic: {
    reach: 2,
    weight: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2),
  },
  mitchell: {
    reach: 2,
    weight: (x) => (x < 1 ? (21 * x - 36) * x * x + 16 : ((-7 * x + 36) * x - 60) * x + 32) / 18,
  },
  spline: { reach: 2, weight: (x) => (x < 1 ? (0.5 * x - 1) * x * x + 2 / 3 : (2 - x) ** 3 / 6) },
  lanczos: { reach: 3, weight: (x) => sinc(x) * sinc(x / 3) },
} as const satisfies Record<string, Kernel>;

export type KernelName = "nearest" | keyof typeof kernels;

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Resizes as picture programs do: over premultiplied alpha, the kernel widened when it shrinks, edges repeated. */
export function resample(raster: Raster, width: number, height: number, name: KernelName): Raster {
  if (name === "nearest") return resampleNearest(raster, width, height);
  return filtered(raster, tapsFor(raster.width, width, kernels[name]), tapsFor(raster.height, height, kernels[name]));
}

/** Gaussian blur of a standard deviation in pixels. */
export function blurred(raster: Raster, sigma: number): Raster {
  const kernel = { reach: Math.ceil(3 * sigma) + 0.5, weight: (x: number) => Math.exp((x * x) / (-2 * sigma * sigma)) };
  const { width, height } = raster;
  return filtered(raster, tapsFor(width, width, kernel), tapsFor(height, height, kernel));
}

function filtered(raster: Raster, across: Taps, down: Taps): Raster {
  const [width, height] = [across.length, down.length];
  const middle = filteredAcross(premultiplied(raster), raster.width, raster.height, across);
  const result = new Float64Array(width * height * 4);
  const rowLength = width * 4;
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y];
    const row = result.subarray(y * rowLength, (y + 1) * rowLength);
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = weights[tap];
      const start = (first + tap) * rowLength;
      for (let at = 0; at < rowLength; at++) row[at] += weight * middle[start + at];
    }
  }
  return straightened(result, width, height);
}

function filteredAcross(plane: Float64Array, fromWidth: number, height: number, taps: Taps): Float64Array {
  const result = new Float64Array(taps.length * height * 4);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < taps.length; x++, to += 4) {
      const { first, weights } = taps[x];
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let tap = 0, from = (y * fromWidth + first) * 4; tap < weights.length; tap++, from += 4) {
        const weight = weights[tap];
        red += weight * plane[from];
        green += weight * plane[from + 1];
        blue += weight * plane[from + 2];
        alpha += weight * plane[from + 3];
      }
      result[to] = red;
      result[to + 1] = green;
      result[to + 2] = blue;
      result[to + 3] = alpha;
    }
  }
  return result;
}

function resampleNearest(raster: Raster, width: number, height: number): Raster {
  const result = createRaster(width, height);
  const source = new Uint32Array(raster.data.slice().buffer);
  const target = new Uint32Array(result.data.buffer);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * raster.height) / height) * raster.width;
    for (let x = 0; x < width; x++)
      target[y * width + x] = source[row + Math.floor(((x + 0.5) * raster.width) / width)];
  }
  return result;
}

/** For every target pixel the first source pixel and the weights from there on, of sum 1. */
type Taps = readonly { readonly first: number; readonly weights: Float64Array }[];

function tapsFor(from: number, to: number, { reach, weight }: Kernel): Taps {
  const step = from / to;
  const widening = Math.max(1, step);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * step - 0.5;
    const low = Math.ceil(centre - reach * widening - 1e-9);
    const high = Math.max(low, Math.ceil(centre + reach * widening - 1e-9) - 1);
    const first = clamp(low, from - 1);
    const weights = new Float64Array(clamp(high, from - 1) - first + 1);
    let sum = 0;
    for (let at = low; at <= high; at++) {
      const share = weight(Math.min(reach, Math.abs(at - centre) / widening));
      weights[clamp(at, from - 1) - first] += share;
      sum += share;
    }
    return { first, weights: weights.map((share) => share / sum) };
  });
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

function premultiplied({ data }: Raster): Float64Array {
  const planes = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] / 255;
    planes[at] = data[at] * alpha;
    planes[at + 1] = data[at + 1] * alpha;
    planes[at + 2] = data[at + 2] * alpha;
    planes[at + 3] = data[at + 3];
  }
  return planes;
}

function straightened(planes: Float64Array, width: number, height: number): Raster {
  const raster = createRaster(width, height);
  const { data } = raster;
  for (let at = 0; at < data.length; at += 4) {
    const alpha = planes[at + 3] / 255;
    if (alpha < 0.5 / 255) continue;
    data[at] = planes[at] / alpha;
    data[at + 1] = planes[at + 1] / alpha;
    data[at + 2] = planes[at + 2] / alpha;
    data[at + 3] = planes[at + 3];
  }
  return raster;
}
