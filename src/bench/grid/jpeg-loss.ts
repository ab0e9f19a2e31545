import { createRaster, type Raster } from "#pixels";

/**
 * What JPEG does to a picture at a quality from 1 to 100, without the file: the opaque picture in YCbCr with chroma at
 * half the resolution, each block of 8 x 8 through the cosine transform, rounded to multiples of the tables of ITU-T
 * T.81, annex K, scaled as the Independent JPEG Group's library does. Entropy coding loses nothing, so it is left out;
 * thus the result is the same on every machine.
 */
export function jpegLoss(raster: Raster, quality: number): Raster {
  const { width, height, data } = raster;
  const luma = new Float32Array(width * height);
  const blue = new Float32Array(width * height);
  const red = new Float32Array(width * height);
  for (let at = 0, from = 0; at < luma.length; at++, from += 4) {
    const [r, g, b] = [data[from], data[from + 1], data[from + 2]];
    luma[at] = 0.299 * r + 0.587 * g + 0.114 * b - 128;
    blue[at] = -0.168736 * r - 0.331264 * g + 0.5 * b;
    red[at] = 0.5 * r - 0.418688 * g - 0.081312 * b;
  }
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const quantized = (plane: Plane, table: readonly number[]) => {
    const steps = table.map((step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))));
    return roundedBlocks(plane, steps);
  };
  const fullLuma = quantized({ width, height, values: luma }, lumaTable);
  const halfBlue = quantized(halved({ width, height, values: blue }), chromaTable);
  const halfRed = quantized(halved({ width, height, values: red }), chromaTable);
  const result = createRaster(width, height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 4) {
      const light = fullLuma.values[y * width + x] + 128;
      const cb = doubledAt(halfBlue, x, y);
      const cr = doubledAt(halfRed, x, y);
      result.data[to] = light + 1.402 * cr;
      result.data[to + 1] = light - 0.344136 * cb - 0.714136 * cr;
      result.data[to + 2] = light + 1.772 * cb;
      result.data[to + 3] = 255;
    }
  }
  return result;
}

type Plane = { readonly width: number; readonly height: number; readonly values: Float32Array };

function halved({ width, height, values }: Plane): Plane {
  const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const half = new Float32Array(halfWidth * halfHeight);
  for (let y = 0; y < halfHeight; y++) {
    const [upper, lower] = [2 * y * width, Math.min(height - 1, 2 * y + 1) * width];
    for (let x = 0; x < halfWidth; x++) {
      const [left, right] = [2 * x, Math.min(width - 1, 2 * x + 1)];
      half[y * halfWidth + x] =
        (values[upper + left] + values[upper + right] + values[lower + left] + values[lower + right]) / 4;
    }
  }
  return { width: halfWidth, height: halfHeight, values: half };
}

/** Between the four nearest of the half plane, 3 to 1 in each direction. */
function doubledAt({ width, height, values }: Plane, x: number, y: number): number {
  const [nearX, nearY] = [x >> 1, y >> 1];
  const farX = Math.min(width - 1, Math.max(0, nearX + (x & 1 ? 1 : -1)));
  const farY = Math.min(height - 1, Math.max(0, nearY + (y & 1 ? 1 : -1)));
  const near = 3 * values[nearY * width + nearX] + values[nearY * width + farX];
  const far = 3 * values[farY * width + nearX] + values[farY * width + farX];
  return (3 * near + far) / 16;
}

function roundedBlocks({ width, height, values }: Plane, steps: readonly number[]): Plane {
  const result = new Float32Array(values.length);
  const block = new Float64Array(64);
  const middle = new Float64Array(64);
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      for (let at = 0; at < 64; at++) {
        const x = Math.min(width - 1, left + (at & 7));
        block[at] = values[Math.min(height - 1, top + (at >> 3)) * width + x];
      }
      transform(block, middle, cosines);
      for (let at = 0; at < 64; at++) block[at] = Math.round(block[at] / steps[at]) * steps[at];
      transform(block, middle, transposedCosines);
      for (let at = 0; at < 64; at++) {
        const [x, y] = [left + (at & 7), top + (at >> 3)];
        if (x < width && y < height) result[y * width + x] = block[at];
      }
    }
  }
  return { width, height, values: result };
}

/** matrix * block * transposed matrix, in place. */
function transform(block: Float64Array, middle: Float64Array, matrix: Float64Array): void {
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      let sum = 0;
      for (let at = 0; at < 8; at++) sum += matrix[row * 8 + at] * block[at * 8 + column];
      middle[row * 8 + column] = sum;
    }
  }
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      let sum = 0;
      for (let at = 0; at < 8; at++) sum += middle[row * 8 + at] * matrix[column * 8 + at];
      block[row * 8 + column] = sum;
    }
  }
}

const cosines = Float64Array.from({ length: 64 }, (_, at) => {
  const [frequency, place] = [at >> 3, at & 7];
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16);
});
const transposedCosines = cosines.map((_, at) => cosines[(at & 7) * 8 + (at >> 3)]);

// biome-ignore format: a table of 8 x 8
const lumaTable = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
// biome-ignore format: a table of 8 x 8
const chromaTable = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];
