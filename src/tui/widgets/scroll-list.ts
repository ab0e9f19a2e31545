import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";

export type Row = (surface: Surface, index: number, isSelected: boolean) => void;

/**
 * A list of rows, or a grid of them, of which one is selected and as many are shown as fit. It holds no rows: whoever
 * paints it draws those that are seen.
 */
export class ScrollList {
  selected = 0;
  #first = 0;
  #count = 0;
  #columns = 1;
  #visibleRows = 1;
  #onOpen: ((index: number) => void) | undefined;

  get count(): number {
    return this.#count;
  }

  /** Index of the first row that is seen, and how many are. */
  get seen(): { readonly first: number; readonly count: number } {
    const first = this.#first * this.#columns;
    return { first, count: Math.min(this.#visibleRows * this.#columns, Math.max(0, this.#count - first)) };
  }

  onOpen(open: (index: number) => void): this {
    this.#onOpen = open;
    return this;
  }

  /** Answers whether the key moved the selection. */
  key({ chord }: Key): boolean {
    const page = Math.max(1, this.#visibleRows - 1) * this.#columns;
    const steps: Readonly<Record<string, number>> = {
      up: -this.#columns,
      down: this.#columns,
      k: -this.#columns,
      j: this.#columns,
      ...(this.#columns > 1 && { left: -1, right: 1, h: -1 }),
      pageup: -page,
      pagedown: page,
      home: -this.#count,
      end: this.#count,
    };
    const step = steps[chord];
    if (step === undefined) return false;
    this.move(step);
    return true;
  }

  move(step: number): void {
    const target = this.selected + step;
    // In a grid the last row may be short; a step past its end goes to the last.
    this.selected = Math.max(0, Math.min(this.#count - 1, target));
  }

  /** Paints rows of `rowHeight` lines; with `columnWidth`, as a grid of such columns. */
  paint(
    surface: Surface,
    { count, rowHeight = 1, columnWidth }: { count: number; rowHeight?: number; columnWidth?: number },
    row: Row,
  ): void {
    this.#count = count;
    this.#columns = columnWidth === undefined ? 1 : Math.max(1, Math.floor(surface.width / columnWidth));
    this.#visibleRows = Math.max(1, Math.floor(surface.height / rowHeight));
    this.selected = Math.max(0, Math.min(this.selected, count - 1));
    const rows = Math.ceil(count / this.#columns);
    const at = Math.floor(this.selected / this.#columns);
    if (at < this.#first) this.#first = at;
    if (at >= this.#first + this.#visibleRows) this.#first = at - this.#visibleRows + 1;
    this.#first = Math.max(0, Math.min(this.#first, rows - this.#visibleRows));

    surface.hit(({ kind, by }) => {
      if (kind === "scroll") this.scroll(by > 0 ? 1 : -1);
    });
    const hasBar = rows > this.#visibleRows;
    const width = columnWidth ?? surface.width - (hasBar ? 1 : 0);
    for (let index = this.#first * this.#columns; index < count; index++) {
      const line = Math.floor(index / this.#columns) - this.#first;
      if (line >= this.#visibleRows) break;
      const x = (index % this.#columns) * width;
      const isSelected = index === this.selected;
      const ground = columnWidth === undefined && isSelected ? "selected" : surface.ground;
      const part = surface.part(x, line * rowHeight, width, rowHeight, ground);
      if (ground === "selected") part.fill("selected");
      row(part, index, isSelected);
      part.hit(({ kind, by }) => {
        if (kind === "scroll") this.scroll(by > 0 ? 1 : -1);
        if (kind === "press" || kind === "double") this.selected = index;
        if (kind === "double") this.#onOpen?.(index);
      });
    }
    if (hasBar) this.#bar(surface.part(surface.width - 1, 0, 1), rows);
  }

  /** Moves what is seen by rows, and the selection with it. */
  scroll(rows: number): void {
    this.move(rows * this.#columns);
  }

  #bar(surface: Surface, rows: number): void {
    const length = Math.max(1, Math.round((surface.height * this.#visibleRows) / rows));
    const most = Math.max(1, rows - this.#visibleRows);
    const start = Math.round(((surface.height - length) * this.#first) / most);
    for (let y = 0; y < surface.height; y++) {
      const isThumb = y >= start && y < start + length;
      surface.text(0, y, isThumb ? surface.glyphs.swatch : surface.glyphs.vertical, isThumb ? "focus" : "border");
    }
    surface.hit(({ kind, y }) => {
      if (kind === "scroll") return;
      const wanted = Math.round((y / Math.max(1, surface.height - 1)) * (this.#count - 1));
      this.selected = Math.max(0, wanted);
    });
  }
}
