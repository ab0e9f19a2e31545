import { createRaster, type Raster } from "#pixels";
import type { Planes } from "./sampler.ts";

/** A square raster as the model's planes, each pixel repeated `block` times in both directions. */
export function planesFromRaster(raster: Raster, block: number): Planes {
  const canvas = raster.width * block;
  const pixels = canvas * canvas;
  const planes = new Float32Array(4 * pixels);
  for (let y = 0; y < canvas; y++)
    for (let x = 0; x < canvas; x++) {
      const from = (Math.floor(y / block) * raster.width + Math.floor(x / block)) * 4;
      const to = y * canvas + x;
      const alpha = raster.data[from + 3] / 255;
      for (let channel = 0; channel < 3; channel++)
        planes[channel * pixels + to] = ((raster.data[from + channel] / 255) * 2 - 1) * alpha;
      planes[3 * pixels + to] = alpha * 2 - 1;
    }
  return planes;
}

/** The model's planes as a raster of (canvas / block) pixels a side: the first pixel of each block, colours straight. */
export function rasterFromPlanes(planes: Planes, canvas: number, block: number): Raster {
  const size = canvas / block;
  const pixels = canvas * canvas;
  const raster = createRaster(size, size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const from = y * block * canvas + x * block;
      const to = (y * size + x) * 4;
      const alpha = (planes[3 * pixels + from] + 1) / 2;
      for (let channel = 0; channel < 3; channel++)
        raster.data[to + channel] = ((planes[channel * pixels + from] + 1) / 2) * 255;
      raster.data[to + 3] = alpha * 255;
    }
  return raster;
}
