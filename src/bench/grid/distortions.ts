import { cloneRaster, createRaster, type Raster } from "#pixels";
import { jpegLoss } from "./jpeg-loss.ts";
import { type Random, randomFrom } from "./random.ts";
import { blurred, type KernelName, resample } from "./resample.ts";

/** Cells of one axis: line k lies at `start + k * pitch` pixels; uneven ones keep their mean. */
type Cells = { readonly count: number; readonly pitch: number; readonly start: number };

/** A distorted picture and what a perfect recovery of it would find. */
export type Distorted = {
  readonly picture: Raster;
  /** The native pixels whose cells have their centres in the picture. */
  readonly native: Raster;
  readonly x: Cells;
  readonly y: Cells;
};

type Step = (from: Distorted, random: Random) => Distorted;

/** One way to spoil a sprite; the numbers left open are drawn from the seed. */
export type Distortion = {
  readonly name: string;
  /** So strong that the grid is often in doubt: of these more is drawn to count what a doubtful confidence is worth. */
  readonly isHard?: true;
  readonly steps: readonly Step[];
};

/**
 * Pictures grow to this at most, so that the whole run stays short: factors are lowered where they would pass it. Those
 * that stand for what diffusion models draw grow to what these draw.
 */
const longestSide = 640;
const longestDrawn = 1100;

export function distort(sprite: Raster, { name, steps }: Distortion, seed: string): Distorted {
  const random = randomFrom(`${name} ${seed}`);
  const cells = (count: number) => ({ count, pitch: 1, start: 0 });
  const start = { picture: sprite, native: sprite, x: cells(sprite.width), y: cells(sprite.height) };
  return steps.reduce<Distorted>((from, step) => step(from, random), start);
}

type Range = readonly [least: number, most: number];

const enlarge =
  (kernel: KernelName, [least, most]: Range, { whole = false, square = true } = {}): Step =>
  (from, random) => {
    const cap = longestSide / Math.max(from.picture.width, from.picture.height);
    const draw = () => Math.min(cap, whole ? random.whole(least, most) : random.between(least, most));
    const across = draw();
    return resized(from, across, square ? across : draw(), kernel, whole);
  };

const shrink =
  (kernel: KernelName, [least, most]: Range): Step =>
  (from, random) => {
    // Two pixels a cell are the least that can be called enlarged.
    const factor = Math.max(random.between(least, most), 2.2 / from.x.pitch);
    return resized(from, factor, factor, kernel, false);
  };

function resized(from: Distorted, across: number, down: number, kernel: KernelName, whole: boolean): Distorted {
  const { picture, native, x, y } = from;
  const width = Math.max(1, Math.round(picture.width * (whole ? Math.floor(across) : across)));
  const height = Math.max(1, Math.round(picture.height * (whole ? Math.floor(down) : down)));
  const scaled = ({ count, pitch, start }: Cells, factor: number) => ({
    count,
    pitch: pitch * factor,
    start: start * factor,
  });
  return {
    picture: resample(picture, width, height, kernel),
    native,
    x: scaled(x, width / picture.width),
    y: scaled(y, height / picture.height),
  };
}

/** Cells of unlike widths: every line moves by itself (`shift`), or every width differs so that lines wander (`drift`). */
const uneven =
  ([least, most]: Range, { shift = 0, drift = 0, longest = longestSide }): Step =>
  (from, random) => {
    const { native } = from;
    const pitch = Math.min(random.between(least, most), longest / Math.max(native.width, native.height));
    const linesOf = (count: number) => {
      const widths = Array.from({ length: count }, () => pitch * (1 + random.between(-drift, drift)));
      const lines = [0];
      for (const width of widths) lines.push(lines[lines.length - 1] + width);
      const factor = (pitch * count) / lines[count];
      return lines.map((line, index) => {
        const isEnd = index === 0 || index === count;
        return Math.round(line * factor + (isEnd ? 0 : pitch * random.between(-shift, shift)));
      });
    };
    const [across, down] = [linesOf(native.width), linesOf(native.height)];
    const picture = createRaster(across[native.width], down[native.height]);
    const source = new Uint32Array(native.data.slice().buffer);
    const target = new Uint32Array(picture.data.buffer);
    for (let row = 0; row < native.height; row++)
      for (let y = down[row]; y < down[row + 1]; y++)
        for (let column = 0; column < native.width; column++)
          target.fill(
            source[row * native.width + column],
            y * picture.width + across[column],
            y * picture.width + across[column + 1],
          );
    const cells = (count: number, length: number) => ({ count, pitch: length / count, start: 0 });
    return { picture, native, x: cells(native.width, picture.width), y: cells(native.height, picture.height) };
  };

/** Pixels that begin or end clearly in one half of a cell: of one cut in the middle nobody can say whether it counts. */
function awayFromMiddles({ pitch }: Cells, least: number, most: number, random: Random): number {
  const pixels = Math.round(random.between(least, most) * pitch);
  const part = (pixels / pitch) % 1;
  return part > 0.3 && part < 0.7 ? Math.round(pixels + (0.8 - part) * pitch) : pixels;
}

/** Cuts up to `mostCells` cells off each side, anywhere in a cell. */
const crop =
  (mostCells: number): Step =>
  (from, random) => {
    const { picture, x, y } = from;
    const cut = (cells: Cells) => awayFromMiddles(cells, 0, Math.min(mostCells, cells.count / 8), random);
    const [left, right, top, bottom] = [cut(x), cut(x), cut(y), cut(y)];
    const [width, height] = [picture.width - left - right, picture.height - top - bottom];
    const result = createRaster(width, height);
    for (let row = 0; row < height; row++) {
      const start = ((row + top) * picture.width + left) * 4;
      result.data.set(picture.data.subarray(start, start + width * 4), row * width * 4);
    }
    return inView(from, result, -left, -top, () => 0);
  };

/** A margin of one colour, of any width up to `mostCells` cells, on each side. */
const border =
  (mostCells: number): Step =>
  (from, random) => {
    const { picture, x, y } = from;
    const color = randomColor(random);
    const wide = (cells: Cells) => awayFromMiddles(cells, 0.7, mostCells, random);
    const [left, right, top, bottom] = [wide(x), wide(x), wide(y), wide(y)];
    const result = createRaster(picture.width + left + right, picture.height + top + bottom);
    new Uint32Array(result.data.buffer).fill(color);
    for (let row = 0; row < picture.height; row++)
      result.data.set(
        picture.data.subarray(row * picture.width * 4, (row + 1) * picture.width * 4),
        ((row + top) * result.width + left) * 4,
      );
    return inView(from, result, left, top, () => color);
  };

/** The same cells seen in a picture that begins elsewhere: a native pixel a cell whose centre is inside. */
function inView(from: Distorted, picture: Raster, moveX: number, moveY: number, outside: () => number): Distorted {
  const view = ({ pitch, start }: Cells, move: number, length: number) => {
    const first = Math.ceil(-(start + move) / pitch - 0.5);
    const end = Math.ceil((length - start - move) / pitch - 0.5);
    return { first, cells: { count: end - first, pitch, start: start + move + first * pitch } };
  };
  const x = view(from.x, moveX, picture.width);
  const y = view(from.y, moveY, picture.height);
  const native = createRaster(x.cells.count, y.cells.count);
  const source = new Uint32Array(from.native.data.slice().buffer);
  const target = new Uint32Array(native.data.buffer);
  for (let row = 0; row < native.height; row++)
    for (let column = 0; column < native.width; column++) {
      const [fromX, fromY] = [column + x.first, row + y.first];
      const isInside = fromX >= 0 && fromY >= 0 && fromX < from.native.width && fromY < from.native.height;
      target[row * native.width + column] = isInside ? source[fromY * from.native.width + fromX] : outside();
    }
  return { picture, native, x: x.cells, y: y.cells };
}

/** A 32-bit pixel as typed arrays hold it, opaque. */
function randomColor(random: Random): number {
  return (0xff000000 | (random.whole(0, 255) << 16) | (random.whole(0, 255) << 8) | random.whole(0, 255)) >>> 0;
}

/** Puts picture and native on one ground, as every format without alpha does. */
const flat: Step = (from, random) => {
  const grounds = [0xffffff, 0x000000, 0x808080, 0xff00ff, random.whole(0, 0xffffff)];
  const ground = grounds[random.whole(0, grounds.length - 1)];
  const flattened = (raster: Raster) => {
    const result = cloneRaster(raster);
    const { data } = result;
    for (let at = 0; at < data.length; at += 4) {
      const alpha = data[at + 3] / 255;
      for (let channel = 0; channel < 3; channel++)
        data[at + channel] = data[at + channel] * alpha + ((ground >> (16 - 8 * channel)) & 255) * (1 - alpha);
      data[at + 3] = 255;
    }
    return result;
  };
  const native = flattened(from.native);
  return { ...from, picture: from.picture === from.native ? native : flattened(from.picture), native };
};

const onPicture =
  (change: (picture: Raster, random: Random) => Raster): Step =>
  (from, random) => ({ ...from, picture: change(from.picture, random) });

const jpeg = ([least, most]: Range) =>
  onPicture((picture, random) => jpegLoss(picture, Math.round(random.between(least, most))));

const blur = ([least, most]: Range): Step => {
  // In shares of a cell, so that it spoils coarse and fine grids alike.
  return (from, random) => ({
    ...from,
    picture: blurred(from.picture, Math.max(0.3, random.between(least, most) * from.x.pitch)),
  });
};

/** Adds to every channel of every pixel a normal number of this standard deviation. */
const noise = ([least, most]: Range) =>
  onPicture((picture, random) => {
    const sigma = random.between(least, most);
    return shifted(picture, () => sigma * random.normal());
  });

/** Every native pixel a little off its colour, as art that was painted without a palette. The truth stays without. */
const paletteNoise = (spread: number): Step => {
  return (from, random) => {
    const picture = shifted(from.native, () => random.between(-spread, spread));
    return { ...from, picture };
  };
};

/** Other brightness and contrast in each channel, and every pixel a little off. */
const colorJitter = (spread: number): Step => {
  return (from, random) => {
    const gains = [0, 1, 2].map(() => random.between(0.75, 1.1));
    const lifts = [0, 1, 2].map(() => random.between(-20, 20));
    const moved = (raster: Raster, jitter: () => number) => {
      const result = cloneRaster(raster);
      for (let at = 0; at < result.data.length; at += 4)
        for (let channel = 0; channel < 3; channel++)
          result.data[at + channel] = raster.data[at + channel] * gains[channel] + lifts[channel] + jitter();
      return result;
    };
    const native = moved(from.native, () => 0);
    return { ...from, native, picture: moved(from.picture, () => random.between(-spread, spread)) };
  };
};

/** Slow waves of light over the picture, as diffusion models leave them in areas meant to be flat. */
const shading = (depth: number) =>
  onPicture((picture, random) => {
    const waves = Array.from({ length: 6 }, () => ({
      x: random.between(-0.05, 0.05),
      y: random.between(-0.05, 0.05),
      phase: random.between(0, 2 * Math.PI),
    }));
    const result = cloneRaster(picture);
    for (let y = 0, at = 0; y < picture.height; y++)
      for (let x = 0; x < picture.width; x++, at += 4) {
        let lift = 0;
        for (const wave of waves) lift += Math.sin(wave.x * x + wave.y * y + wave.phase);
        for (let channel = 0; channel < 3; channel++) result.data[at + channel] += (lift * depth) / 2.4;
      }
    return result;
  });

function shifted(raster: Raster, shift: () => number): Raster {
  const result = cloneRaster(raster);
  const { data } = result;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) continue;
    for (let channel = 0; channel < 3; channel++) data[at + channel] = raster.data[at + channel] + shift();
  }
  return result;
}

const whole = { whole: true };
const apart = { square: false };
const wholeApart = { whole: true, square: false };

/** Every way in which the benchmark spoils a sprite. */
export const distortions: readonly Distortion[] = [
  { name: "native", steps: [] },
  { name: "native on a ground", steps: [flat] },
  { name: "native with palette noise", steps: [paletteNoise(6)] },
  { name: "nearest 2", steps: [enlarge("nearest", [2, 2], whole)] },
  { name: "nearest 3", steps: [enlarge("nearest", [3, 3], whole)] },
  { name: "nearest 4 to 5", steps: [enlarge("nearest", [4, 5], whole)] },
  { name: "nearest 6 to 8", steps: [enlarge("nearest", [6, 8], whole)] },
  { name: "nearest 9 to 16", steps: [enlarge("nearest", [9, 16], whole)] },
  { name: "nearest 17 to 32", steps: [enlarge("nearest", [17, 32], whole)] },
  { name: "nearest on a ground", steps: [flat, enlarge("nearest", [2, 12], whole)] },
  { name: "nearest, two factors", steps: [enlarge("nearest", [2, 9], wholeApart)] },
  { name: "nearest with palette noise", steps: [paletteNoise(8), enlarge("nearest", [2, 12], whole)] },
  { name: "nearest fraction 2 to 3", steps: [enlarge("nearest", [2, 3])] },
  { name: "nearest fraction 3 to 6", steps: [enlarge("nearest", [3, 6])] },
  { name: "nearest fraction 6 to 16", steps: [enlarge("nearest", [6, 16])] },
  { name: "nearest fraction, two factors", steps: [enlarge("nearest", [2.5, 10], apart)] },
  { name: "nearest fraction, cropped", steps: [enlarge("nearest", [3, 12]), crop(3)] },
  { name: "nearest, cropped", steps: [enlarge("nearest", [3, 12], whole), crop(3)] },
  { name: "bilinear 2", steps: [enlarge("bilinear", [2, 2], whole)] },
  { name: "bilinear 3 to 4", steps: [enlarge("bilinear", [3, 4], whole)] },
  { name: "bilinear fraction 2 to 5", steps: [enlarge("bilinear", [2.2, 5])] },
  { name: "bilinear fraction 5 to 16", steps: [enlarge("bilinear", [5, 16])] },
  { name: "bilinear, cropped", steps: [enlarge("bilinear", [3, 10]), crop(3)] },
  { name: "bicubic 2", steps: [enlarge("bicubic", [2, 2], whole)] },
  { name: "bicubic 3 to 8", steps: [enlarge("bicubic", [3, 8], whole)] },
  { name: "bicubic fraction 2 to 5", steps: [enlarge("bicubic", [2.2, 5])] },
  { name: "bicubic fraction 5 to 16", steps: [enlarge("bicubic", [5, 16])] },
  { name: "bicubic, two factors", steps: [enlarge("bicubic", [3, 10], apart)] },
  { name: "Lanczos 2", steps: [enlarge("lanczos", [2, 2], whole)] },
  { name: "Lanczos 3 to 8", steps: [enlarge("lanczos", [3, 8], whole)] },
  { name: "Lanczos fraction 2 to 5", steps: [enlarge("lanczos", [2.2, 5])] },
  { name: "Lanczos fraction 5 to 16", steps: [enlarge("lanczos", [5, 16])] },
  { name: "bicubic fraction 16 to 32", steps: [enlarge("bicubic", [16, 32])] },
  { name: "Lanczos fraction 16 to 32, JPEG", steps: [flat, enlarge("lanczos", [16, 32]), jpeg([75, 92])] },
  { name: "Mitchell fraction 2 to 16", steps: [enlarge("mitchell", [2.2, 16])] },
  { name: "B-spline fraction 3 to 16", steps: [enlarge("spline", [3, 16])] },
  { name: "shrunk by box", steps: [enlarge("nearest", [8, 16], whole), shrink("box", [0.3, 0.9])] },
  { name: "shrunk by bilinear", steps: [enlarge("nearest", [8, 16], whole), shrink("bilinear", [0.3, 0.9])] },
  { name: "shrunk by bicubic", steps: [enlarge("nearest", [8, 16], whole), shrink("bicubic", [0.3, 0.9])] },
  { name: "shrunk by Lanczos", steps: [enlarge("nearest", [8, 16], whole), shrink("lanczos", [0.3, 0.9])] },
  { name: "enlarged twice", steps: [enlarge("nearest", [2, 4], whole), enlarge("bicubic", [1.3, 3])] },
  { name: "enlarged and shrunk", steps: [enlarge("bicubic", [4, 8]), shrink("bilinear", [0.45, 0.9])] },
  { name: "JPEG 95", steps: [flat, enlarge("nearest", [3, 12], whole), jpeg([95, 95])] },
  { name: "JPEG 85 to 94", steps: [flat, enlarge("nearest", [3, 12]), jpeg([85, 94])] },
  { name: "JPEG 75 to 84", steps: [flat, enlarge("nearest", [4, 12]), jpeg([75, 84])] },
  { name: "JPEG 60 to 74", steps: [flat, enlarge("nearest", [5, 16]), jpeg([60, 74])] },
  { name: "bilinear and JPEG", steps: [flat, enlarge("bilinear", [4, 12]), jpeg([75, 92])] },
  { name: "bicubic and JPEG", steps: [flat, enlarge("bicubic", [4, 12]), jpeg([75, 92])] },
  { name: "Mitchell and JPEG", steps: [flat, enlarge("mitchell", [4, 12]), jpeg([75, 92])] },
  { name: "B-spline and JPEG", isHard: true, steps: [flat, enlarge("spline", [3, 14]), jpeg([75, 92])] },
  {
    name: "B-spline, cropped and JPEG 60 to 80",
    isHard: true,
    steps: [flat, enlarge("spline", [4, 12]), crop(3), jpeg([60, 80])],
  },
  {
    name: "shrunk and JPEG",
    steps: [flat, enlarge("nearest", [8, 16], whole), shrink("lanczos", [0.35, 0.9]), jpeg([75, 92])],
  },
  { name: "bicubic and JPEG 60 to 74", isHard: true, steps: [flat, enlarge("bicubic", [4, 12]), jpeg([60, 74])] },
  { name: "slight blur", steps: [enlarge("nearest", [3, 12], whole), blur([0.08, 0.2])] },
  { name: "strong blur", steps: [enlarge("nearest", [4, 16]), blur([0.2, 0.4])] },
  { name: "very strong blur", isHard: true, steps: [enlarge("nearest", [4, 16]), blur([0.4, 0.6])] },
  {
    name: "very strong blur and JPEG",
    isHard: true,
    steps: [flat, enlarge("nearest", [5, 16]), blur([0.35, 0.6]), jpeg([70, 90])],
  },
  { name: "slight noise", steps: [flat, enlarge("nearest", [3, 12], whole), noise([2, 6])] },
  { name: "strong noise", isHard: true, steps: [flat, enlarge("nearest", [4, 16]), noise([8, 20])] },
  { name: "very strong noise", isHard: true, steps: [flat, enlarge("nearest", [4, 16]), noise([20, 40])] },
  { name: "noise over bicubic", steps: [flat, enlarge("bicubic", [4, 12]), noise([2, 6])] },
  { name: "noise over B-spline", isHard: true, steps: [flat, enlarge("spline", [4, 12]), noise([2, 6])] },
  { name: "strong noise over bilinear", isHard: true, steps: [flat, enlarge("bilinear", [4, 12]), noise([6, 14])] },
  { name: "color jitter", steps: [enlarge("nearest", [3, 12]), colorJitter(5)] },
  { name: "color jitter over bilinear", steps: [enlarge("bilinear", [3, 10]), colorJitter(3)] },
  { name: "uneven lines", steps: [uneven([5, 16], { shift: 0.18 })] },
  { name: "wandering lines", isHard: true, steps: [uneven([6, 16], { drift: 0.15 })] },
  { name: "strongly uneven lines", isHard: true, steps: [uneven([5, 16], { shift: 0.28 })] },
  { name: "strongly wandering lines", isHard: true, steps: [uneven([6, 16], { drift: 0.3 })] },
  { name: "uneven lines and JPEG", steps: [flat, uneven([6, 16], { shift: 0.15 }), jpeg([80, 92])] },
  { name: "border", steps: [enlarge("nearest", [3, 12], whole), border(6)] },
  { name: "border and fraction", steps: [enlarge("nearest", [3, 10]), border(6)] },
  {
    name: "border, blur and JPEG",
    steps: [flat, enlarge("nearest", [5, 12]), border(5), blur([0.08, 0.15]), jpeg([80, 92])],
  },
  {
    name: "blur, noise and JPEG",
    steps: [flat, enlarge("nearest", [5, 16]), blur([0.1, 0.2]), noise([2, 5]), jpeg([80, 92])],
  },
  { name: "cropped, bilinear and noise", steps: [flat, enlarge("bilinear", [4, 12]), crop(3), noise([1, 4])] },
  { name: "cropped, Lanczos and JPEG", steps: [flat, enlarge("lanczos", [4, 12]), crop(3), jpeg([80, 92])] },
  {
    name: "as diffusion models draw",
    steps: [
      flat,
      uneven([12, 32], { shift: 0.1, drift: 0.06, longest: longestDrawn }),
      blur([0.06, 0.14]),
      shading(4),
      noise([1, 3]),
    ],
  },
  {
    name: "as diffusion models draw, JPEG",
    isHard: true,
    steps: [
      flat,
      paletteNoise(6),
      uneven([12, 32], { shift: 0.12, drift: 0.08, longest: longestDrawn }),
      blur([0.08, 0.18]),
      shading(6),
      jpeg([80, 92]),
    ],
  },
  { name: "bilinear and JPEG 60 to 74", isHard: true, steps: [flat, enlarge("bilinear", [2.5, 8]), jpeg([60, 74])] },
  { name: "Lanczos and strong noise", isHard: true, steps: [flat, enlarge("lanczos", [3, 10]), noise([8, 18])] },
  {
    name: "shrunk to little, JPEG",
    isHard: true,
    steps: [flat, enlarge("nearest", [8, 16], whole), shrink("lanczos", [0.15, 0.3]), jpeg([75, 92])],
  },
  {
    name: "very strong blur and noise",
    isHard: true,
    steps: [flat, enlarge("nearest", [4, 16]), blur([0.4, 0.6]), noise([2, 5])],
  },
  { name: "overwhelming noise", isHard: true, steps: [flat, enlarge("nearest", [4, 16]), noise([40, 80])] },
  {
    name: "wandering lines, blur and JPEG",
    isHard: true,
    steps: [flat, uneven([6, 16], { drift: 0.2 }), blur([0.1, 0.25]), jpeg([75, 90])],
  },
  {
    name: "uneven lines, blur and noise",
    isHard: true,
    steps: [flat, uneven([6, 16], { shift: 0.28 }), blur([0.15, 0.3]), noise([3, 8])],
  },
  {
    name: "enlarged, shrunk and JPEG",
    isHard: true,
    steps: [flat, enlarge("bicubic", [4, 8]), shrink("bilinear", [0.3, 0.7]), jpeg([70, 90])],
  },
];
