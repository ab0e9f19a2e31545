import { oklabOfRgb } from "../oklab.ts";
import { createRaster, type Raster } from "../raster.ts";
import { pixelWords } from "../scale/pixel-words.ts";

/** Stands for what lies beyond the picture's end, where no pixel is. */
export const beyond = -1;

/** Fully transparent. */
export const clear = 0;

/**
 * A picture to look for patterns in: each way of seeing it (turned by quarters, and mirrored) gives the pixel so many
 * steps to that view's right and down, as one number, 0 for all that is fully transparent.
 */
export type TurnedPicture = {
  readonly width: number;
  readonly height: number;
  readonly get: (x: number, y: number) => number;
  readonly set: (x: number, y: number, word: number) => void;
  readonly toRaster: () => Raster;
};

export function turnedPicture(raster: Raster): TurnedPicture {
  const { width, height } = raster;
  const words = pixelWords(raster);
  return {
    width,
    height,
    get: (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? beyond : words[y * width + x]),
    set(x, y, word) {
      words[y * width + x] = word;
    },
    toRaster: () => createRaster(width, height, new Uint8ClampedArray(words.buffer)),
  };
}

type Step = readonly [dx: number, dy: number];

/** A way of seeing: where its right and its down point to. */
export type View = { readonly right: Step; readonly down: Step };

/** OKLab lightness of a pixel's word, whose lowest byte is red; transparency is lighter than white. */
export function lightnessOf(word: number): number {
  if (word === clear || word === beyond) return 2;
  return oklabOfRgb(((word & 255) << 16) | (word & 0xff00) | ((word >> 16) & 255))[0];
}

/** The four quarter turns. */
export const turns: readonly View[] = [
  { right: [1, 0], down: [0, 1] },
  { right: [0, 1], down: [-1, 0] },
  { right: [-1, 0], down: [0, -1] },
  { right: [0, -1], down: [1, 0] },
];

/** The four quarter turns, and those of the mirrored picture. */
export const turnsAndMirrors: readonly View[] = [
  ...turns,
  ...turns.map(({ right, down }) => ({ right: [-right[0], -right[1]] as const, down })),
];

/** Looks from (x, y) as `view` has it. */
export function lookFrom({ get }: TurnedPicture, x: number, y: number, { right, down }: View) {
  return (toRight: number, toDown: number): number =>
    get(x + toRight * right[0] + toDown * down[0], y + toRight * right[1] + toDown * down[1]);
}

/** Paints the pixel that `lookFrom` would see. */
export function paintFrom({ set }: TurnedPicture, x: number, y: number, { right, down }: View) {
  return (toRight: number, toDown: number, word: number): void =>
    set(x + toRight * right[0] + toDown * down[0], y + toRight * right[1] + toDown * down[1], word);
}
