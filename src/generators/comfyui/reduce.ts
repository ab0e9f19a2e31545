import { createRaster, type Raster } from "#pixels";

/**
 * A picture of pixel art, `factor` times too large, at its native size: of each cell the colour that most of its pixels
 * share. Pixels in the middle of a cell count double, since the model's own grid rarely falls on the cells exactly.
 *
 * Colours are counted at 4 bits a channel, which takes a cell's shades and the noise of the decoder for one; the result
 * is the mean of the most frequent ones, exact. A mean of the whole cell would invent a colour at every edge.
 */
export function reduceCells(picture: Raster, factor: number): Raster {
  const width = Math.floor(picture.width / factor);
  const height = Math.floor(picture.height / factor);
  const reduced = createRaster(width, height);
  const { data } = picture;
  const counts = new Uint32Array(4096);
  const sums = new Uint32Array(4096 * 3);
  const seen = new Uint16Array(Math.min(4096, factor * factor));
  const margin = Math.floor(factor / 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let shades = 0;
      let alpha = 0;
      let best = 0;
      for (let inY = 0; inY < factor; inY++)
        for (let inX = 0; inX < factor; inX++) {
          const from = ((y * factor + inY) * picture.width + x * factor + inX) * 4;
          const shade = ((data[from] >> 4) << 8) | ((data[from + 1] >> 4) << 4) | (data[from + 2] >> 4);
          if (counts[shade] === 0) seen[shades++] = shade;
          const isInner = inX >= margin && inX < factor - margin && inY >= margin && inY < factor - margin;
          const weight = isInner ? 2 : 1;
          counts[shade] += weight;
          sums[shade * 3] += data[from] * weight;
          sums[shade * 3 + 1] += data[from + 1] * weight;
          sums[shade * 3 + 2] += data[from + 2] * weight;
          alpha += data[from + 3];
        }
      for (let index = 1; index < shades; index++) if (counts[seen[index]] > counts[seen[best]]) best = index;
      const shade = seen[best];
      const to = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++)
        reduced.data[to + channel] = sums[shade * 3 + channel] / counts[shade];
      reduced.data[to + 3] = alpha / (factor * factor);
      for (let index = 0; index < shades; index++) {
        const used = seen[index];
        counts[used] = 0;
        // A call of fill for three numbers costs more than all else here.
        sums[used * 3] = 0;
        sums[used * 3 + 1] = 0;
        sums[used * 3 + 2] = 0;
      }
    }
  return reduced;
}
