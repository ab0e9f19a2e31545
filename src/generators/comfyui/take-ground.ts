import { cloneRaster, type Oklab, oklabOfRgb, type Raster, squaredOklabDistance } from "#pixels";

/** Two shades of one ground differ by less than this in OKLab, squared. */
const sameGround = 0.07 ** 2;
/** A plain ground takes up at least this part of the border. */
const leastBorder = 0.6;

/**
 * Makes the plain ground around a subject transparent: all that is joined to the border through pixels of the border's
 * most common colour. Undefined where the border has no such colour, since then there is no ground to tell from the
 * subject.
 */
export function takeGround(picture: Raster): Raster | undefined {
  const { width, height, data } = picture;
  const border = borderOf(width, height);
  const colors = border.map((pixel) => colorAt(data, pixel));
  let ground: Oklab | undefined;
  let most = 0;
  for (const candidate of new Map(colors.map((color) => [color.join(), color])).values()) {
    const like = colors.filter((color) => squaredOklabDistance(color, candidate) < sameGround).length;
    if (like <= most) continue;
    most = like;
    ground = candidate;
  }
  if (ground === undefined || most < border.length * leastBorder) return undefined;
  const cut = cloneRaster(picture);
  const open = border.filter((pixel) => isGround(pixel));
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    if (!isGround(pixel)) continue;
    cut.data.fill(0, pixel * 4, pixel * 4 + 4);
    const x = pixel % width;
    if (x > 0) open.push(pixel - 1);
    if (x < width - 1) open.push(pixel + 1);
    if (pixel >= width) open.push(pixel - width);
    if (pixel < width * (height - 1)) open.push(pixel + width);
  }
  return cut;

  function isGround(pixel: number): boolean {
    return cut.data[pixel * 4 + 3] !== 0 && squaredOklabDistance(colorAt(data, pixel), ground as Oklab) < sameGround;
  }
}

function colorAt(data: Uint8ClampedArray, pixel: number): Oklab {
  return oklabOfRgb((data[pixel * 4] << 16) | (data[pixel * 4 + 1] << 8) | data[pixel * 4 + 2]);
}

function borderOf(width: number, height: number): number[] {
  const pixels: number[] = [];
  for (let x = 0; x < width; x++) pixels.push(x, (height - 1) * width + x);
  for (let y = 1; y < height - 1; y++) pixels.push(y * width, y * width + width - 1);
  return [...new Set(pixels)];
}
