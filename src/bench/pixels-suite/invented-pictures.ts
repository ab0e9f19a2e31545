import { createRaster, type Raster } from "#pixels";

/** Numbers from 0 to 1, the same each time: linear congruential, good enough for pictures. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * What a diffusion model's picture is to a program: soft-edged areas with a gradient each and a little noise, some
 * 200,000 different colours in a megapixel.
 */
export function inventPicture(side: number): Raster {
  const random = numbers(1);
  const raster = createRaster(side, side);
  const { data } = raster;
  const areas = Array.from({ length: 40 }, () => ({
    x: random() * side,
    y: random() * side,
    radius: side * (0.05 + random() * 0.2),
    color: [random() * 255, random() * 255, random() * 255],
  }));
  for (let offset = 0; offset < data.length; offset += 4) data.set([60, 60, 80, 255], offset);
  for (const { x, y, radius, color } of areas)
    for (let row = Math.max(0, Math.floor(y - radius)); row < Math.min(side, y + radius); row++)
      for (let column = Math.max(0, Math.floor(x - radius)); column < Math.min(side, x + radius); column++) {
        const distance = Math.hypot(column - x, row - y);
        const cover = Math.min(1, Math.max(0, (radius - distance) / 4));
        const shade = 1 - distance / radius / 2;
        const offset = (row * side + column) * 4;
        for (let channel = 0; channel < 3; channel++)
          data[offset + channel] = data[offset + channel] * (1 - cover) + color[channel] * shade * cover;
      }
  for (let offset = 0; offset < data.length; offset += 4)
    for (let channel = 0; channel < 3; channel++) data[offset + channel] += (random() - 0.5) * 8;
  return raster;
}

/** The worst case: every pixel a colour of its own. */
export function inventNoise(side: number): Raster {
  const random = numbers(2);
  const raster = createRaster(side, side);
  for (let index = 0; index < raster.data.length; index++) raster.data[index] = index % 4 === 3 ? 255 : random() * 256;
  return raster;
}
