import type { OptimizedBuffer, RGBA } from "@opentui/core";
import type { Color, Role } from "../theme.ts";
import { asciiOf, type Glyphs } from "./glyphs.ts";
import { clipText, graphemesOf, textWidth } from "./grapheme.ts";
import type { Hits, Pointer } from "./hits.ts";
import type { CellPixels, Crop, Picture, PictureMode, Pixel } from "./picture.ts";

export type Ink = { readonly fg: RGBA; readonly bg: RGBA; readonly attributes: number };

/** What a frame is drawn with and what comes of it beside the cells. */
export type Frame = {
  readonly buffer: OptimizedBuffer;
  readonly inks: Readonly<Record<Role, Ink>>;
  /** The ink of one role on the ground of another. */
  readonly inkOver: (role: Role, ground: Role) => Ink;
  readonly colorOf: (color: Color) => RGBA;
  readonly glyphs: Glyphs;
  readonly isAscii: boolean;
  readonly hasColor: boolean;
  /** `ground` is what is put under pictures whose clear pixels would show the terminal's own color. */
  readonly pictures: {
    readonly mode: PictureMode;
    readonly cell: CellPixels;
    readonly ground: Pixel | undefined;
  };
  readonly hits: Hits;
  cursor: { readonly x: number; readonly y: number } | undefined;
};

type Clip = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

const shades = " .:-=+*#%@";

/**
 * A rectangle of the screen to draw on. Places are counted from its upper left cell; what lies outside of it is not
 * drawn. `ground` is the role whose background the rectangle has, under everything that is drawn on it.
 */
export class Surface {
  readonly width: number;
  readonly height: number;
  readonly ground: Role;
  readonly #frame: Frame;
  readonly #x: number;
  readonly #y: number;
  readonly #clip: Clip;

  constructor(frame: Frame, x: number, y: number, width: number, height: number, ground: Role = "text", clip?: Clip) {
    this.#frame = frame;
    this.#x = x;
    this.#y = y;
    this.width = Math.max(0, width);
    this.height = Math.max(0, height);
    this.ground = ground;
    this.#clip = {
      left: Math.max(x, clip?.left ?? 0),
      top: Math.max(y, clip?.top ?? 0),
      right: Math.min(x + this.width, clip?.right ?? Number.MAX_SAFE_INTEGER),
      bottom: Math.min(y + this.height, clip?.bottom ?? Number.MAX_SAFE_INTEGER),
    };
  }

  get glyphs(): Glyphs {
    return this.#frame.glyphs;
  }

  get hasColor(): boolean {
    return this.#frame.hasColor;
  }

  get pictureMode(): PictureMode {
    return this.#frame.pictures.mode;
  }

  get cellPixels(): CellPixels {
    return this.#frame.pictures.cell;
  }

  part(x: number, y: number, width = this.width - x, height = this.height - y, ground = this.ground): Surface {
    return new Surface(this.#frame, this.#x + x, this.#y + y, width, height, ground, this.#clip);
  }

  /** Fills the surface with the background of a role. */
  fill(role: Role = this.ground): void {
    const { left, top, right, bottom } = this.#clip;
    if (right <= left || bottom <= top) return;
    const { bg, fg, attributes } = this.#frame.inks[role];
    this.#frame.buffer.fillRect(left, top, right - left, bottom - top, bg);
    // Inversion and the like belong to signs, so blanks must carry them.
    if (attributes !== 0)
      for (let y = top; y < bottom; y++)
        this.#frame.buffer.drawText(" ".repeat(right - left), left, y, fg, bg, attributes);
  }

  /** Draws one line of text and answers the cells it took. `most` cuts it, with an ellipsis. */
  text(x: number, y: number, text: string, role: Role = this.ground, most = Number.MAX_SAFE_INTEGER): number {
    const { glyphs, isAscii, buffer, inkOver } = this.#frame;
    const shown = clipText(isAscii ? asciiOf(text) : text, Math.min(most, this.width - x), glyphs.ellipsis);
    const width = textWidth(shown);
    const at = this.#x + x;
    const row = this.#y + y;
    if (width === 0 || row < this.#clip.top || row >= this.#clip.bottom) return width;
    const { fg, bg, attributes } = inkOver(role, this.ground);
    if (at >= this.#clip.left && at + width <= this.#clip.right) {
      buffer.drawText(shown, at, row, fg, bg, attributes);
      return width;
    }
    let cell = at;
    let visible = "";
    let start = -1;
    for (const grapheme of graphemesOf(shown)) {
      if (cell >= this.#clip.left && cell + grapheme.width <= this.#clip.right) {
        if (start < 0) start = cell;
        visible += grapheme.text;
      }
      cell += grapheme.width;
    }
    if (start >= 0) buffer.drawText(visible, start, row, fg, bg, attributes);
    return width;
  }

  /** Texts with roles of their own, one after the other; answers the cells they took. */
  spans(x: number, y: number, ...spans: readonly (readonly [text: string, role?: Role])[]): number {
    let at = x;
    for (const [text, role] of spans) {
      if (at >= this.width) break;
      at += this.text(at, y, text, role);
    }
    return at - x;
  }

  textRight(y: number, text: string, role: Role = this.ground): void {
    this.text(Math.max(0, this.width - textWidth(text)), y, text, role);
  }

  /** A border with a title; answers the surface within. */
  box(title: string, options: { readonly isFocused?: boolean; readonly note?: string } = {}): Surface {
    const { width, height } = this;
    if (width < 2 || height < 2) return this.part(0, 0, 0, 0);
    const role: Role = options.isFocused === true ? "focus" : "border";
    this.#border(role);
    if (title !== "") this.text(2, 0, ` ${title} `, options.isFocused === true ? "accent" : "title", width - 4);
    const { note = "" } = options;
    const noteWidth = textWidth(note) + 2;
    if (note !== "" && noteWidth < width - 4 - textWidth(title) - 2)
      this.text(width - 2 - noteWidth, 0, ` ${note} `, "muted");
    return this.part(1, 1, width - 2, height - 2);
  }

  /** Fills an area with a colour of its own, such as a palette's. */
  swatch(x: number, y: number, width: number, height: number, color: Color): void {
    const area = this.part(x, y, width, height).#clip;
    if (area.right <= area.left || area.bottom <= area.top) return;
    const { buffer, colorOf } = this.#frame;
    buffer.fillRect(area.left, area.top, area.right - area.left, area.bottom - area.top, colorOf(color));
  }

  /** Draws a picture as large as the surface lets it be, in its middle; answers the area it took. */
  picture(picture: Picture, crop?: Crop): { x: number; y: number; width: number; height: number; scale: number } {
    const { mode, cell, ground } = this.#frame.pictures;
    const nothing = { x: 0, y: 0, width: 0, height: 0, scale: 0 };
    if (picture.isDisposed || this.width < 1 || this.height < 1) return nothing;
    if (mode === "none") {
      const line = `${picture.width} x ${picture.height} px`;
      this.text(Math.max(0, (this.width - textWidth(line)) >> 1), this.height >> 1, line, "muted");
      return nothing;
    }
    const fitted = picture.fit(this.width, this.height, cell, { crop, ground });
    const x = (this.width - fitted.columns) >> 1;
    const y = (this.height - fitted.rows) >> 1;
    const area = { x, y, width: fitted.columns, height: fitted.rows, scale: fitted.scale };
    const { buffer } = this.#frame;
    if (mode === "cells" || mode === "shades") {
      this.#cells(fitted.pixels(), x, y, fitted.columns, fitted.rows, mode);
      return area;
    }
    const { left, top, right, bottom } = this.#clip;
    buffer.pushScissorRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
    buffer.drawImage(
      fitted.native,
      this.#x + x,
      this.#y + y,
      fitted.columns,
      fitted.rows,
      mode === "blocks" ? 0 : fitted.columns * cell.width,
      mode === "blocks" ? 0 : fitted.rows * cell.height,
      0,
      0,
      fitted.native.width,
      fitted.native.height,
      mode,
    );
    buffer.popScissorRect();
    return area;
  }

  /** Answers to the mouse in the whole surface. */
  hit(handle: (pointer: Pointer) => void): void {
    const { left, top, right, bottom } = this.#clip;
    if (right > left && bottom > top)
      this.#frame.hits.add({ x: left, y: top, width: right - left, height: bottom - top, handle });
  }

  cursor(x: number, y: number): void {
    const at = { x: this.#x + x, y: this.#y + y };
    const { left, top, right, bottom } = this.#clip;
    if (at.x >= left && at.x < right && at.y >= top && at.y < bottom) this.#frame.cursor = at;
  }

  /** The lines around the surface. */
  #border(role: Role): void {
    const { width, height, glyphs } = this;
    const { buffer, inkOver } = this.#frame;
    const { left, top, right, bottom } = this.#clip;
    const { fg, bg, attributes } = inkOver(role, this.ground);
    // One call instead of two a row; but the library's own box knows no attributes.
    if (attributes === 0 && left === this.#x && top === this.#y && right - left === width && bottom - top === height) {
      buffer.drawBox({
        x: left,
        y: top,
        width,
        height,
        border: true,
        borderColor: fg,
        backgroundColor: bg,
        customBorderChars: borderCodes(glyphs),
      });
      return;
    }
    const edge = glyphs.horizontal.repeat(width - 2);
    this.text(0, 0, `${glyphs.topLeft}${edge}${glyphs.topRight}`, role);
    for (let y = 1; y < height - 1; y++) {
      this.text(0, y, glyphs.vertical, role);
      this.text(width - 1, y, glyphs.vertical, role);
    }
    this.text(0, height - 1, `${glyphs.bottomLeft}${edge}${glyphs.bottomRight}`, role);
  }

  /** Pixels as coloured blanks, or as signs by brightness; `rows` cells have two pixel rows each, which are averaged. */
  #cells(pixels: Uint8Array, x: number, y: number, columns: number, rows: number, mode: "cells" | "shades"): void {
    for (let row = 0; row < rows; row++) {
      let line = "";
      for (let column = 0; column < columns; column++) {
        const upper = (row * 2 * columns + column) * 4;
        const lower = upper + columns * 4;
        const weight = pixels[upper + 3] + pixels[lower + 3];
        const mean = (channel: number) =>
          weight === 0
            ? 0
            : Math.round(
                (pixels[upper + channel] * pixels[upper + 3] + pixels[lower + channel] * pixels[lower + 3]) / weight,
              );
        const isVisible = weight >= 255;
        if (mode === "cells") {
          if (isVisible) this.swatch(x + column, y + row, 1, 1, hexOf(mean(0), mean(1), mean(2)));
          continue;
        }
        const brightness = (0.299 * mean(0) + 0.587 * mean(1) + 0.114 * mean(2)) / 255;
        // Dark ink is not nothing: what is there has a sign.
        line += isVisible ? shades[1 + Math.min(8, Math.floor(brightness * 9))] : " ";
      }
      if (mode === "shades") this.text(x, y + row, line);
    }
  }
}

const codesOfGlyphs = new WeakMap<Glyphs, Uint32Array>();

/** Code points in the library's order: four corners, two edges, and joints, which a box has none of. */
function borderCodes(glyphs: Glyphs): Uint32Array {
  const known = codesOfGlyphs.get(glyphs);
  if (known !== undefined) return known;
  const { topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical } = glyphs;
  const signs = [
    topLeft,
    topRight,
    bottomLeft,
    bottomRight,
    horizontal,
    vertical,
    ...Array<string>(5).fill(horizontal),
  ];
  const codes = Uint32Array.from(signs, (sign) => sign.codePointAt(0) ?? 0);
  codesOfGlyphs.set(glyphs, codes);
  return codes;
}

function hexOf(red: number, green: number, blue: number): Color {
  return `#${((1 << 24) | (red << 16) | (green << 8) | blue).toString(16).slice(1)}`;
}
