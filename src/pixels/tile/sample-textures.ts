import { createRaster, type Raster } from "../raster.ts";

/** A small generator of numbers from 0 to 1, so that tests see the same pictures everywhere. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Grain of a few colours without any structure: it repeats as it is. */
export function grain(size: number, colors: readonly number[], seed = 1): Raster {
  const random = numbers(seed);
  return paint(size, () => colors[Math.floor(random() * colors.length)]);
}

/** Brickwork whose rows and bricks go into the size: 4 pixels high, 8 wide, every second row shifted. */
export function bricks(size: number): Raster {
  const random = numbers(3);
  return paint(size, (x, y) => {
    const shift = (y >> 2) % 2 === 0 ? 0 : 4;
    if (y % 4 === 3 || (x + shift) % 8 === 7) return 0x40302a;
    return random() < 0.2 ? 0xa85038 : 0x9a4630;
  });
}

/** Bands that grow lighter to the right and downwards: the edges do not meet in either direction. */
export function slope(size: number): Raster {
  return paint(size, (x, y) => {
    const level = 40 + Math.floor(((x + y) / (2 * size)) * 12) * 16;
    return (level << 16) | (level << 8) | 60;
  });
}

function paint(size: number, colorAt: (x: number, y: number) => number): Raster {
  const raster = createRaster(size, size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const rgb = colorAt(x, y);
      raster.data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255], (y * size + x) * 4);
    }
  return raster;
}

export function colorsIn({ data }: Raster): Set<number> {
  const colors = new Set<number>();
  for (let at = 0; at < data.length; at += 4) colors.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return colors;
}
