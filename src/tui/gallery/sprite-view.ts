import { createRaster, type Raster, scaleInteger } from "#pixels";
import type { Picture } from "../terminal/picture.ts";
import type { Surface } from "../terminal/surface.ts";
import type { Terminal } from "../terminal/terminal.ts";

export const mostZoom = 16;

/** A sprite drawn large: whole or a part of it, with lines between its pixels, or repeated three by three. */
export class SpriteView {
  /** 1 shows all of it, 2 half of its width and height, and so on. */
  zoom = 1;
  hasGrid = false;
  isTiled = false;
  /** What is looked at when zoomed in, from 0 to 1 in both directions. */
  center = { x: 0.5, y: 0.5 };
  readonly #terminal: Terminal;
  #shown: { readonly of: Raster; readonly key: string; readonly picture: Picture } | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  zoomBy(step: 1 | -1): void {
    this.zoom = Math.max(1, Math.min(mostZoom, step > 0 ? this.zoom * 2 : this.zoom / 2));
    if (this.zoom === 1) this.center = { x: 0.5, y: 0.5 };
  }

  pan(x: number, y: number): void {
    const limit = (value: number) => Math.max(0, Math.min(1, value));
    this.center = { x: limit(this.center.x + x / (4 * this.zoom)), y: limit(this.center.y + y / (4 * this.zoom)) };
  }

  paint(surface: Surface, raster: Raster): void {
    const { cellPixels } = surface;
    const part = this.#part(this.isTiled ? tiled(raster) : raster);
    const room = Math.min(
      (surface.width * cellPixels.width) / part.width,
      (surface.height * cellPixels.height) / part.height,
    );
    const scale = this.hasGrid ? Math.floor(room) : 1;
    const key = `${this.zoom} ${this.center.x} ${this.center.y} ${this.isTiled} ${scale}`;
    if (this.#shown?.of !== raster || this.#shown.key !== key) {
      this.#shown?.picture.dispose();
      // Lines need pixels of three or more to lie between.
      const drawn = this.hasGrid && scale >= 3 ? withGrid(part, scale) : part;
      this.#shown = { of: raster, key, picture: this.#terminal.pictureFrom(drawn) };
    }
    surface.picture(this.#shown.picture);
  }

  close(): void {
    this.#shown?.picture.dispose();
    this.#shown = undefined;
  }

  #part(raster: Raster): Raster {
    if (this.zoom === 1) return raster;
    const width = Math.max(1, Math.round(raster.width / this.zoom));
    const height = Math.max(1, Math.round(raster.height / this.zoom));
    const left = Math.round(this.center.x * (raster.width - width));
    const top = Math.round(this.center.y * (raster.height - height));
    const part = createRaster(width, height);
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * raster.width + left) * 4;
      part.data.set(raster.data.subarray(from, from + width * 4), y * width * 4);
    }
    return part;
  }
}

export function tiled(raster: Raster): Raster {
  const { width, height, data } = raster;
  const result = createRaster(width * 3, height * 3);
  for (let y = 0; y < height * 3; y++) {
    const row = data.subarray((y % height) * width * 4, ((y % height) + 1) * width * 4);
    for (let column = 0; column < 3; column++) result.data.set(row, (y * width * 3 + column * width) * 4);
  }
  return result;
}

/** Pixels of `scale` with a line of the last row and column of each, in a grey that any colour shows. */
export function withGrid(raster: Raster, scale: number): Raster {
  const large = scaleInteger(raster, scale);
  const { width, height, data } = large;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (x % scale !== scale - 1 && y % scale !== scale - 1) continue;
      const at = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++) data[at + channel] = (data[at + channel] + 3 * 96) >> 2;
      data[at + 3] = Math.max(data[at + 3], 110);
    }
  return large;
}
