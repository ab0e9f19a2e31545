import { createRaster, type Raster } from "#pixels";
import { type Random, randomFrom } from "./random.ts";

/** A picture to draw on: colours are 0xrrggbb, what lies outside is ignored. */
type Canvas = {
  readonly width: number;
  readonly height: number;
  readonly set: (x: number, y: number, color: number) => void;
  readonly get: (x: number, y: number) => number | undefined;
};

type Painter = (canvas: Canvas, random: Random) => void;

/** Draws pixel art of a size by rules, the same for the same seed: the sizes that the embedded model does not draw. */
export function drawArt(name: DrawnArt, width: number, height: number, seed: string): Raster {
  const raster = createRaster(width, height);
  const isInside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height;
  const canvas: Canvas = {
    width,
    height,
    set: (x, y, color) => {
      if (isInside(x, y)) raster.data.set([color >> 16, (color >> 8) & 255, color & 255, 255], (y * width + x) * 4);
    },
    get: (x, y) => {
      const at = (y * width + x) * 4;
      const { data } = raster;
      if (!isInside(x, y) || data[at + 3] === 0) return undefined;
      return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    },
  };
  painters[name](canvas, randomFrom(`${name} ${width} ${height} ${seed}`));
  return raster;
}

const bayer = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

/** One of the shades at `level` from 0 to 1, mixed by an ordered pattern between two of them. */
function dithered(shades: readonly number[], level: number, x: number, y: number): number {
  const place = Math.min(shades.length - 1.001, Math.max(0, level * (shades.length - 1)));
  const part = (bayer[(y & 3) * 4 + (x & 3)] + 0.5) / 16;
  return shades[Math.floor(place) + (place % 1 > part ? 1 : 0)];
}

/** From dark to light. */
const ramps = [
  [0x1a1c2c, 0x5d275d, 0xb13e53, 0xef7d57, 0xffcd75],
  [0x1a1c2c, 0x29366f, 0x3b5dc9, 0x41a6f6, 0x73eff7, 0xf4f4f4],
  [0x10281c, 0x257179, 0x38b764, 0xa7f070, 0xe8ffb0],
  [0x222034, 0x45283c, 0x663931, 0x8f563b, 0xd9a066, 0xeec39a],
  [0x1b1b24, 0x333c57, 0x566c86, 0x94b0c2, 0xf4f4f4],
  [0x2a0f3c, 0x76428a, 0xd77bba, 0xfbd8f0],
];

function rampOf(random: Random): readonly number[] {
  return ramps[random.whole(0, ramps.length - 1)];
}

const landscape: Painter = ({ width, height, set }, random) => {
  const sky = rampOf(random);
  const horizon = Math.round(height * random.between(0.55, 0.75));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      set(x, y, dithered(sky, y < horizon ? 0.15 + (0.8 * y) / horizon : 1 - (y - horizon) / height, x, y));
  const radius = Math.max(2, Math.round(height / random.between(7, 12)));
  const [sunX, sunY] = [random.whole(radius, width - radius), random.whole(radius, horizon - radius)];
  for (let y = -radius; y <= radius; y++)
    for (let x = -radius; x <= radius; x++)
      if (x * x + y * y <= radius * radius + 1) set(sunX + x, sunY + y, sky[sky.length - 1]);
  for (const depth of [0.35, 0.7, 1]) {
    const shade = rampOf(random)[depth < 1 ? 1 : 0];
    let ridge = horizon - height * 0.3 * (1.1 - depth);
    for (let x = 0; x < width; x++) {
      ridge = Math.min(horizon - 1, Math.max(height * 0.15, ridge + random.between(-1.6, 1.6)));
      for (let y = Math.round(ridge); y < horizon; y++) set(x, y, shade);
    }
  }
};

const brickwork: Painter = ({ width, height, set }, random) => {
  const stone = rampOf(random);
  const [brickWidth, brickHeight] = [random.whole(6, 11), random.whole(4, 6)];
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / brickHeight);
    for (let x = 0; x < width; x++) {
      const shifted = x + (row % 2) * (brickWidth >> 1);
      const [inX, inY] = [shifted % brickWidth, y % brickHeight];
      const base = 2 + ((row * 7 + Math.floor(shifted / brickWidth) * 13) % 2);
      if (inX === 0 || inY === 0) set(x, y, stone[0]);
      else if (inX === 1 || inY === 1) set(x, y, stone[Math.min(stone.length - 1, base + 1)]);
      else set(x, y, random.between(0, 1) < 0.12 ? stone[1] : stone[Math.min(stone.length - 1, base)]);
    }
  }
};

const creature: Painter = ({ width, height, set, get }, random) => {
  const body = rampOf(random);
  const half = (width >> 1) - 1;
  let cells = Array.from({ length: height }, (_, y) =>
    Array.from({ length: half }, (_, x) => {
      const fromMiddle = Math.hypot((half - x) / half, (2 * y) / height - 1);
      return random.between(0, 1) < 0.95 - 0.62 * fromMiddle && y > 1 && y < height - 2;
    }),
  );
  for (let round = 0; round < 2; round++)
    cells = cells.map((row, y) =>
      row.map((isFull, x) => {
        let neighbours = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) if (cells[y + dy]?.[Math.min(half - 1, x + dx)]) neighbours++;
        return isFull ? neighbours > 3 : neighbours > 5;
      }),
    );
  const left = width - 2 * half - 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < half; x++) {
      if (!cells[y][x]) continue;
      const light = 1 - y / height + random.between(-0.12, 0.12);
      const shade = body[Math.max(1, Math.min(body.length - 1, Math.floor(light * body.length)))];
      set(left + x, y, shade);
      set(left + 2 * half - 1 - x, y, shade);
    }
  const isEmpty = (x: number, y: number) => get(x, y) === undefined;
  const outline: [number, number][] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (isEmpty(x, y) && !(isEmpty(x - 1, y) && isEmpty(x + 1, y) && isEmpty(x, y - 1) && isEmpty(x, y + 1)))
        outline.push([x, y]);
  for (const [x, y] of outline) set(x, y, body[0]);
  const eye = Math.round(height * 0.4);
  for (const side of [-1, 1]) set(left + half + side * Math.max(2, half >> 2) - (side > 0 ? 1 : 0), eye, 0xffffff);
};

const planet: Painter = ({ width, height, set }, random) => {
  const shades = rampOf(random);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) set(x, y, 0x0a0a14);
  const stars = Math.round((width * height) / 60);
  for (let star = 0; star < stars; star++)
    set(random.whole(0, width - 1), random.whole(0, height - 1), star % 3 === 0 ? 0xffffff : 0x6070a0);
  const radius = Math.min(width, height) * random.between(0.3, 0.45);
  const [middleX, middleY] = [width * random.between(0.4, 0.6), height * random.between(0.4, 0.6)];
  const bands = random.between(2, 5);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(x - middleX) / radius, (y - middleY) / radius];
      if (dx * dx + dy * dy > 1) continue;
      const light = 0.55 - 0.4 * dx - 0.4 * dy + 0.12 * Math.sin(bands * dy * 3 + dx);
      set(x, y, dithered(shades, light, x, y));
    }
};

const panel: Painter = ({ width, height, set }, random) => {
  const metal = rampOf(random);
  const ink = rampOf(random);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const edge = Math.min(x, y, width - 1 - x, height - 1 - y);
      const isLit = x < width - 1 - y || y < height - 1 - x;
      set(x, y, edge === 0 ? metal[0] : edge === 1 ? metal[isLit ? metal.length - 1 : 1] : metal[2]);
    }
  for (let top = 4; top + 6 < height - 3; top += 7)
    for (let left = 4; left + 4 < width - 3; left += 4) {
      if (random.between(0, 1) < 0.15) continue;
      // Letters of three by five pixels in no language.
      for (let y = 0; y < 5; y++)
        for (let x = 0; x < 3; x++)
          if (random.between(0, 1) < (x === 1 ? 0.4 : 0.65)) set(left + x, top + y, ink[y === 0 ? ink.length - 1 : 0]);
    }
};

const maze: Painter = ({ width, height, set }, random) => {
  const [wall, floor] = [rampOf(random), rampOf(random)];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) set(x, y, (x + y) % 7 === 0 ? floor[floor.length - 2] : floor[floor.length - 1]);
  for (let y = 0; y < height; y += 2)
    for (let x = 0; x < width; x += 2) {
      set(x, y, wall[0]);
      const [dx, dy] = random.between(0, 1) < 0.5 ? [1, 0] : [0, 1];
      set(x + dx, y + dy, wall[random.between(0, 1) < 0.2 ? 1 : 0]);
    }
};

const crates: Painter = ({ width, height, set }, random) => {
  const size = random.whole(7, 13);
  for (let top = 0; top < height; top += size)
    for (let left = 0; left < width; left += size) {
      if (random.between(0, 1) < 0.25) continue;
      const wood = rampOf(random);
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          const edge = Math.min(x, y, size - 1 - x, size - 1 - y);
          const isPlank = x === y || x === size - 1 - y;
          const inner = isPlank ? wood[1] : (x + y) % 5 === 0 ? wood[wood.length - 2] : wood[2];
          set(left + x, top + y, edge === 0 ? wood[0] : edge === 1 ? wood[wood.length - 1] : inner);
        }
    }
};

const gem: Painter = ({ width, height, set }, random) => {
  const shades = rampOf(random);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const cut = random.between(0.3, 0.5);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(x - middleX) / middleX, (y - middleY) / middleY];
      const away = Math.abs(dx) + Math.abs(dy);
      if (away > 0.97) continue;
      const facet = Math.floor(((Math.atan2(dy, dx) + Math.PI) / (2 * Math.PI)) * 8) % 4;
      const level = (away < cut ? 2 : 1) + facet * 0.6;
      if (away > 0.97 - 2 / Math.min(width, height)) set(x, y, shades[0]);
      else set(x, y, dithered(shades, level / shades.length, x, y));
    }
  set(Math.round(middleX * 0.7), Math.round(middleY * 0.6), 0xffffff);
};

const painters = { landscape, brickwork, creature, planet, panel, maze, crates, gem } as const;

export type DrawnArt = keyof typeof painters;
