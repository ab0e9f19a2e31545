/**
 * Every so manieth column of a picture of a word a pixel, as a row of `height` words; in tiles, so that both sides stay in
 * the processor's cache.
 */
export function columnsOf(words: Uint32Array, width: number, height: number, every: number): Uint32Array {
  const columns = new Uint32Array(Math.ceil(width / every) * height);
  const tile = 16;
  for (let top = 0; top < height; top += tile) {
    const bottom = Math.min(height, top + tile);
    for (let x = 0, column = 0; x < width; x += every, column++)
      for (let y = top; y < bottom; y++) columns[column * height + y] = words[y * width + x];
  }
  return columns;
}
