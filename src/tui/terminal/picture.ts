import type { NativeImage } from "@opentui/core";

/** How pictures get onto the screen, the best first. */
export const pictureModes = ["kitty", "sixel", "blocks", "cells", "shades", "none"] as const;
/**
 * "kitty" and "sixel" are true pixels; "blocks" are two pixels a cell by half blocks; "cells" one colour a cell, without
 * any sign that is not ASCII; "shades" are ASCII signs by brightness, without colour.
 */
export type PictureMode = (typeof pictureModes)[number];

/** A rectangle of pixels of a picture. */
export type Crop = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** Pixels of one cell in a mode: what a picture is fitted to. */
export type CellPixels = { readonly width: number; readonly height: number };

/** Red, green, blue and alpha, 0 to 255. */
export type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

/** A picture made ready for an area of cells: `native` covers exactly `columns` x `rows` of them. */
export type Fitted = {
  readonly columns: number;
  readonly rows: number;
  /** How many screen pixels one of the picture's has; below 1 it is shown smaller than it is. */
  readonly scale: number;
  readonly native: NativeImage;
  /** Straight RGBA of `columns * cell.width` x `rows * cell.height` pixels; read only for modes without images. */
  readonly pixels: () => Uint8Array;
};

export type FitOptions = {
  /** The part of the picture that is shown. */
  readonly crop?: Crop | undefined;
  /** What is seen where the picture lets it be seen; absent: whatever the terminal has there. */
  readonly ground?: Pixel | undefined;
};

const mostKept = 4;

/**
 * A picture in native memory, which must be disposed of. Whole factors are scaled by repeating pixels, so that pixel art
 * stays what it is; anything smaller than the picture is averaged.
 */
export class Picture {
  readonly width: number;
  readonly height: number;
  readonly #native: NativeImage;
  readonly #fitted = new Map<string, Fitted>();
  #isDisposed = false;

  constructor(native: NativeImage) {
    this.#native = native;
    this.width = native.width;
    this.height = native.height;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** The picture, or its part `crop`, as large as it can be within `columns` x `rows` cells. */
  fit(columns: number, rows: number, cell: CellPixels, options: FitOptions = {}): Fitted {
    const { crop, ground } = options;
    const key = [columns, rows, cell.width, cell.height, ...Object.values(crop ?? {}), "on", ...(ground ?? [])].join();
    const known = this.#fitted.get(key);
    if (known !== undefined) return known;
    const fitted = fit(this.#native, columns, rows, cell, options);
    this.#fitted.set(key, fitted);
    const [oldest] = this.#fitted.keys();
    if (this.#fitted.size > mostKept && oldest !== undefined) {
      this.#fitted.get(oldest)?.native.dispose();
      this.#fitted.delete(oldest);
    }
    return fitted;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const { native } of this.#fitted.values()) native.dispose();
    this.#fitted.clear();
    this.#native.dispose();
  }
}

function fit(
  image: NativeImage,
  columns: number,
  rows: number,
  cell: CellPixels,
  { crop, ground }: FitOptions,
): Fitted {
  const source = crop === undefined ? image : image.extract(crop);
  const exact = Math.min((columns * cell.width) / source.width, (rows * cell.height) / source.height);
  const scale = exact >= 1 ? Math.floor(exact) : exact;
  const width = Math.max(1, Math.floor(source.width * scale));
  const height = Math.max(1, Math.floor(source.height * scale));
  const usedColumns = Math.ceil(width / cell.width);
  const usedRows = Math.ceil(height / cell.height);
  const steps: NativeImage[] = crop === undefined ? [] : [source];
  const scaled =
    scale === 1 ? source.clone() : source.resize({ width, height, kernel: scale > 1 ? "nearest" : "area" });
  const right = usedColumns * cell.width - width;
  const bottom = usedRows * cell.height - height;
  const whole = right === 0 && bottom === 0 ? scaled : scaled.extend({ right, bottom, background: [0, 0, 0, 0] });
  if (whole !== scaled) steps.push(scaled);
  const native = ground === undefined ? whole : over(whole, ground);
  if (native !== whole) steps.push(whole);
  for (const step of steps) step.dispose();
  let pixels: Uint8Array | undefined;
  return {
    columns: usedColumns,
    rows: usedRows,
    scale,
    native,
    pixels: () => (pixels ??= native.raw("rgba8").data.slice()),
  };
}

/** The picture with a ground under it. */
function over(picture: NativeImage, ground: Pixel): NativeImage {
  const { width, height } = picture;
  // A part of the picture is the way to a native image without more of the library's names.
  const corner = picture.extract({ left: 0, top: 0, width: 1, height: 1 });
  const sheet = corner.extend({ right: width, bottom: height, background: ground });
  const cut = sheet.extract({ left: 1, top: 1, width, height });
  const composed = cut.composite(picture);
  for (const step of [corner, sheet, cut]) step.dispose();
  return composed;
}
