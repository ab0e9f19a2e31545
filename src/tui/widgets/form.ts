import { textWidth } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import type { Color } from "../theme.ts";
import { TextField } from "./text-field.ts";

type Common = {
  readonly label: string;
  /** What can be given, in a few words. */
  readonly range: () => string;
};

/** A number that is typed or stepped; empty means what `absent` says. */
export type NumberItem = Common & {
  readonly kind: "number";
  readonly field: TextField;
  readonly absent: () => string;
  readonly least: number;
  readonly most: () => number;
  readonly step: number;
  readonly isWhole: boolean;
};

export type ChoiceItem = Common & {
  readonly kind: "choice";
  readonly show: () => string;
  /** To the next value, or the one before. */
  readonly turn: (by: 1 | -1) => void;
  /** Shows all there is to choose from. */
  readonly open?: () => void;
  readonly swatches?: () => readonly Color[];
};

export type FormItem = NumberItem | ChoiceItem;

/** What a number item holds: a number, nothing, or something that is none or out of range. */
export function numberIn(item: NumberItem): number | undefined | "invalid" {
  const text = item.field.value.trim();
  if (text === "") return undefined;
  const value = Number(text);
  const isValid = Number.isFinite(value) && value >= item.least && value <= item.most();
  return isValid && (!item.isWhole || Number.isInteger(value)) ? value : "invalid";
}

/** Fields below each other, one of which has the focus. */
export class Form {
  selected = 0;
  isFocused = false;
  readonly #items: () => readonly FormItem[];
  readonly #onFocus: () => void;

  constructor(items: () => readonly FormItem[], onFocus: () => void) {
    this.#items = items;
    this.#onFocus = onFocus;
  }

  /** Lines that all fields take. */
  get height(): number {
    return this.#items().length;
  }

  get item(): FormItem | undefined {
    return this.#items()[this.selected];
  }

  /** Digits go to a number that has the focus. */
  get isEditing(): boolean {
    return this.isFocused && this.item?.kind === "number";
  }

  /** Answers whether the key was for the form; at its ends, up and down are not. */
  key(key: Key): boolean {
    const items = this.#items();
    const { item } = this;
    if (key.chord === "up" && this.selected > 0) this.selected--;
    else if (key.chord === "down" && this.selected < items.length - 1) this.selected++;
    else if (item === undefined || key.chord === "up" || key.chord === "down") return false;
    else if (item.kind === "number") return numberKey(item, key);
    else if (key.chord === "left") item.turn(-1);
    else if (key.chord === "right" || (key.chord === "space" && item.open === undefined)) item.turn(1);
    else if (key.chord === "space" || key.chord === "enter") item.open?.();
    else return false;
    return key.chord !== "enter" || (item?.kind === "choice" && item.open !== undefined);
  }

  paint(surface: Surface): void {
    const items = this.#items();
    const first = Math.max(0, Math.min(this.selected - surface.height + 1, items.length - surface.height));
    const labels = Math.max(...items.map(({ label }) => textWidth(label))) + 1;
    for (let y = 0; y < Math.min(surface.height, items.length); y++) {
      const index = first + y;
      const item = items[index];
      if (item === undefined) continue;
      const isFocused = this.isFocused && index === this.selected;
      const row = surface.part(0, y, surface.width, 1);
      row.hit(({ kind, x }) => {
        if (kind !== "press" && kind !== "double") return;
        this.selected = index;
        this.#onFocus();
        if (item.kind === "choice" && x > labels) (item.open ?? (() => item.turn(1)))();
      });
      row.text(0, 0, `${isFocused ? surface.glyphs.pointer : " "}`, "accent");
      row.text(1, 0, item.label, isFocused ? "title" : "muted");
      paintItem(row.part(labels + 1, 0), item, isFocused);
    }
  }
}

function paintItem(surface: Surface, item: FormItem, isFocused: boolean): void {
  const { glyphs } = surface;
  const range = item.range();
  const valueWidth = Math.max(8, Math.min(14, surface.width - textWidth(range) - 1));
  if (item.kind === "number") {
    const isBad = numberIn(item) === "invalid";
    item.field.paint(surface.part(0, 0, valueWidth, 1), { isFocused, placeholder: item.absent() });
    surface.text(valueWidth + 1, 0, range, isBad ? "bad" : "muted");
    return;
  }
  const swatches = item.swatches?.() ?? [];
  const shown = item.show();
  let x = surface.text(
    0,
    0,
    isFocused ? `${glyphs.left}${shown}${glyphs.right}` : ` ${shown} `,
    isFocused ? "accent" : "text",
  );
  if (swatches.length > 0 && surface.hasColor) {
    x += 1;
    const most = Math.min(swatches.length, surface.width - x);
    for (const color of swatches.slice(0, most)) surface.swatch(x++, 0, 1, 1, color);
    return;
  }
  surface.text(Math.max(x, valueWidth) + 1, 0, range, "muted");
}

function numberKey(item: NumberItem, key: Key): boolean {
  const { field, least, isWhole } = item;
  const most = item.most();
  // Left and right move within what was typed; the ends of it step the value.
  const step =
    key.chord === "shift+right" || key.chord === "+" ? 1 : key.chord === "shift+left" || key.chord === "-" ? -1 : 0;
  if (step !== 0) {
    const given = Number(field.value.trim() || item.absent().replace(/[^0-9.]/g, ""));
    const current = Number.isFinite(given) ? given : least;
    const next = Math.max(least, Math.min(most, current + step * item.step));
    field.value = String(Math.round(next * 100) / 100);
    return true;
  }
  if (key.text !== undefined && !(isWhole ? /^[0-9]+$/ : /^[0-9.]+$/).test(key.text)) return false;
  return field.key(key);
}
