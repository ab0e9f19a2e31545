import { cloneRaster, createRaster, crop, dither, type Raster, scaleInteger, visibleBox } from "#pixels";
import { type DrawnArt, drawArt } from "../drawn-art.ts";
import { jpegLoss } from "../jpeg-loss.ts";
import type { Random } from "../random.ts";
import { blurred, resample } from "../resample.ts";

/** What the weights are fitted on: real sprites, and sprites of the embedded model other than the benchmark's. */
export type FitSprites = { readonly real: readonly Raster[]; readonly drawn: readonly Raster[] };

/** A piece of art of a random kind and size. */
export function fitPiece(sprites: FitSprites, random: Random, seed: string): Raster {
  const kind = random.between(0, 1);
  if (kind < 0.06) return roughlyDoubled(oneOf([...sprites.real, ...sprites.drawn], random), random);
  if (kind < 0.25) return fromReal(sprites.real, random);
  if (kind < 0.5) return ruledArt(sprites.real, random);
  if (kind < 0.75) return oneOf(sprites.drawn, random);
  const width = random.whole(16, 128);
  const height = random.between(0, 1) < 0.5 ? width : clamped(Math.round(width * random.between(0.5, 1.5)), 16, 128);
  return drawArt(oneOf(painters, random), width, height, seed);
}

/**
 * A picture without cells, which is to be left alone: soft shapes, or art so blurred that no grid is left in it, mostly
 * with the blocks of a JPEG file.
 */
export function fitSoftPicture(sprites: FitSprites, random: Random, seed: string): Raster {
  const [width, height] = [random.whole(96, 560), random.whole(96, 560)];
  const picture =
    random.between(0, 1) < 0.5 ? softShapes(width, height, random) : lostArt(sprites, width, height, random, seed);
  return random.between(0, 1) < 0.8 ? jpegLoss(picture, random.whole(25, 95)) : picture;
}

function softShapes(width: number, height: number, random: Random): Raster {
  const shapes = Array.from({ length: random.whole(4, 30) }, () => ({
    x: random.between(0, width),
    y: random.between(0, height),
    reach: random.between(0.03, 0.5) * Math.max(width, height),
    color: [0, 1, 2].map(() => random.between(-160, 160)),
  }));
  const ground = [0, 1, 2].map(() => random.between(40, 220));
  const raster = createRaster(width, height);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 4) {
      let [red, green, blue] = ground;
      for (const { x: middleX, y: middleY, reach, color } of shapes) {
        const share = Math.exp(-((x - middleX) ** 2 + (y - middleY) ** 2) / (2 * reach * reach));
        red += share * color[0];
        green += share * color[1];
        blue += share * color[2];
      }
      raster.data.set([red, green, blue, 255], at);
    }
  return raster;
}

function lostArt(sprites: FitSprites, width: number, height: number, random: Random, seed: string): Raster {
  const piece = cloneRaster(fitPiece(sprites, random, seed));
  const ground = [0, 1, 2].map(() => random.whole(0, 255));
  const { data } = piece;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 255) data.set(ground, at);
    data[at + 3] = 255;
  }
  // Over a B-spline, which spreads by half a cell itself.
  const cell = Math.max(width / piece.width, height / piece.height);
  return blurred(resample(piece, width, height, "spline"), random.between(0.9, 2) * cell);
}

export const painters = [
  "landscape",
  "brickwork",
  "creature",
  "planet",
  "panel",
  "maze",
  "crates",
  "gem",
] as const satisfies readonly DrawnArt[];

/** A sprite, trimmed or cut at times, or a scene of many. */
function fromReal(real: readonly Raster[], random: Random): Raster {
  const kind = random.between(0, 1);
  const sprite = oneOf(real, random);
  if (kind < 0.35) return sprite;
  if (kind < 0.5) return trimmed(sprite);
  if (kind < 0.62) return crop(sprite, { x: 8 * random.whole(0, 2), y: 8 * random.whole(0, 2), width: 16, height: 16 });
  const width = random.whole(32, 128);
  const height = random.between(0, 1) < 0.5 ? width : random.whole(32, 128);
  const scene = createRaster(width, height);
  if (random.between(0, 1) < 0.5) new Uint32Array(scene.data.buffer).fill(randomPixel(random));
  if (random.between(0, 1) < 0.5) {
    for (let y = 0; y < height; y += 32) for (let x = 0; x < width; x += 32) stamp(scene, oneOf(real, random), x, y);
    return scene;
  }
  for (let left = Math.ceil((width * height) / 1600); left > 0; left--)
    stamp(scene, oneOf(real, random), random.whole(-8, width - 16), random.whole(-8, height - 16));
  return scene;
}

/** Drawn in blocks of 2 x 2 but for some pixels, as the embedded model draws at times: a picture of single pixels. */
function roughlyDoubled(sprite: Raster, random: Random): Raster {
  const small = crop(sprite, {
    x: random.whole(0, sprite.width >> 1),
    y: 0,
    width: sprite.width >> 1,
    height: sprite.height >> 1,
  });
  const doubled = scaleInteger(small, 2);
  const { width, height } = doubled;
  const pixels = new Uint32Array(doubled.data.buffer);
  const before = pixels.slice();
  const share = random.between(0.02, 0.2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (random.between(0, 1) >= share) continue;
      const [fromX, fromY] = [
        clamped(x + random.whole(-2, 2), 0, width - 1),
        clamped(y + random.whole(-2, 2), 0, height - 1),
      ];
      pixels[y * width + x] = before[fromY * width + fromX];
    }
  return doubled;
}

function trimmed(sprite: Raster): Raster {
  const box = visibleBox(sprite);
  return box === undefined || box.width < 6 || box.height < 6 ? sprite : crop(sprite, box);
}

/** Art by rules: repeated tiles, dithered clouds, contours, patterns, rough textures, boxes. */
function ruledArt(real: readonly Raster[], random: Random): Raster {
  const width = random.whole(16, 128);
  const height = random.between(0, 1) < 0.4 ? width : random.whole(16, 128);
  const raster = createRaster(width, height);
  const colors = Array.from({ length: random.whole(2, 7) }, () => random.whole(0, 0xffffff));
  const paint = (colorAt: (x: number, y: number) => number) => {
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++, at += 4) {
        const color = colorAt(x, y);
        raster.data.set([color >> 16, (color >> 8) & 255, color & 255, 255], at);
      }
    return raster;
  };
  switch (random.whole(0, 5)) {
    case 0:
      return repeatedTile(raster, oneOf(real, random), random);
    case 1:
      return ditheredClouds(paint, random);
    case 2: {
      const waves = Array.from({ length: 5 }, () => [
        random.between(-0.5, 0.5),
        random.between(-0.5, 0.5),
        random.between(0, 6),
      ]);
      return paint((x, y) => {
        const sum = waves.reduce((total, [across, down, phase]) => total + Math.sin(across * x + down * y + phase), 0);
        return colors[Math.floor(Math.abs(sum) * 1.3) % colors.length];
      });
    }
    case 3: {
      const [across, down, wide] = [random.whole(2, 9), random.whole(2, 9), random.whole(1, 2)];
      return paint((x, y) => {
        if (random.between(0, 1) < 0.06) return oneOf(colors, random);
        return colors[((x % across < wide ? 1 : 0) + (y % down < wide ? 2 : 0)) % colors.length];
      });
    }
    case 4:
      return paint((x, y) => {
        const patch = Math.floor(3 * Math.sin(x / 9 + 2) * Math.cos(y / 7)) + 3;
        return colors[(patch + (random.between(0, 1) < 0.25 ? 1 : 0)) % colors.length];
      });
    default:
      return nestedBoxes(paint, colors, width, height, random);
  }
}

function repeatedTile(raster: Raster, tile: Raster, random: Random): Raster {
  const size = oneOf([8, 12, 16, 24, 32], random);
  new Uint32Array(raster.data.buffer).fill(randomPixel(random));
  const part = crop(tile, { x: 0, y: 0, width: Math.min(size, tile.width), height: Math.min(size, tile.height) });
  for (let y = 0; y < raster.height; y += size) for (let x = 0; x < raster.width; x += size) stamp(raster, part, x, y);
  return raster;
}

function ditheredClouds(paint: (colorAt: (x: number, y: number) => number) => Raster, random: Random): Raster {
  const [across, down, phase] = [random.between(0.02, 0.12), random.between(0.02, 0.12), random.between(0, 6)];
  const clouds = paint((x, y) => {
    const wave = Math.sin(across * x + phase + 1.5 * Math.sin(down * y)) * Math.cos(down * y - across * x * 0.5);
    const level = Math.round(128 + 100 * wave);
    return (level << 16) | ((255 - level) << 8) | Math.round(level * 0.7 + 40);
  });
  const palette = Array.from(
    { length: random.whole(3, 8) },
    () => `#${random.whole(0, 0xffffff).toString(16).padStart(6, "0")}`,
  );
  const methods = ["bayer-2", "bayer-4", "bayer-8", "floyd-steinberg", "atkinson"] as const;
  return dither(clouds, palette, { method: oneOf(methods, random) });
}

function nestedBoxes(
  paint: (colorAt: (x: number, y: number) => number) => Raster,
  colors: readonly number[],
  width: number,
  height: number,
  random: Random,
): Raster {
  const ground = random.whole(0, 0xffffff);
  const boxes = Array.from({ length: Math.ceil((width * height) / 150) }, () => ({
    left: random.whole(-3, width - 2),
    top: random.whole(-3, height - 2),
    wide: random.whole(3, 18),
    high: random.whole(3, 14),
    fill: oneOf(colors, random),
    edge: oneOf(colors, random),
  }));
  return paint((x, y) => {
    const box = boxes.findLast(
      ({ left, top, wide, high }) => x >= left && y >= top && x < left + wide && y < top + high,
    );
    if (box === undefined) return ground;
    const { left, top, wide, high, fill, edge } = box;
    return x === left || y === top || x === left + wide - 1 || y === top + high - 1 ? edge : fill;
  });
}

/** Lays a picture over another where it is not transparent; what lies outside is cut. */
function stamp(onto: Raster, picture: Raster, left: number, top: number): void {
  for (let y = Math.max(0, -top); y < picture.height && y + top < onto.height; y++)
    for (let x = Math.max(0, -left); x < picture.width && x + left < onto.width; x++) {
      const from = (y * picture.width + x) * 4;
      if (picture.data[from + 3] === 0) continue;
      onto.data.set(picture.data.subarray(from, from + 4), ((y + top) * onto.width + x + left) * 4);
    }
}

function oneOf<Value>(values: readonly Value[], random: Random): Value {
  return values[random.whole(0, values.length - 1)];
}

function randomPixel(random: Random): number {
  return (0xff000000 | random.whole(0, 0xffffff)) >>> 0;
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
