import { graphemesOf, segmentsOf, textWidth } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";

export type TextFieldLook = { readonly isFocused: boolean; readonly placeholder?: string };

/** Where the cells of a text lie: one line a row of the field, each with the offset it starts at. */
type Line = { readonly start: number; readonly text: string };

/** Text that a person edits: one line of text, shown over as many rows as the field has. */
export class TextField {
  #value: string;
  #cursor: number;
  /** Of the last painting: what a click means. */
  #lines: readonly Line[] = [];
  #firstRow = 0;

  constructor(value = "") {
    this.#value = value;
    this.#cursor = value.length;
  }

  get value(): string {
    return this.#value;
  }

  /** Sets the text with the cursor behind it. */
  set value(value: string) {
    this.#value = value;
    this.#cursor = value.length;
  }

  get isAtStart(): boolean {
    return this.#cursor === 0;
  }

  get isAtEnd(): boolean {
    return this.#cursor === this.#value.length;
  }

  /** The letters before the cursor, where it stands behind a word. */
  get unfinishedWord(): string {
    const after = this.#value.slice(this.#cursor, this.#cursor + 1);
    return /[\p{L}\p{N}]/u.test(after) ? "" : (/[\p{L}\p{N}]+$/u.exec(this.#value.slice(0, this.#cursor))?.[0] ?? "");
  }

  completeWord(word: string): void {
    const start = this.#cursor - this.unfinishedWord.length;
    this.#value = `${this.#value.slice(0, start)}${word} ${this.#value.slice(this.#cursor).trimStart()}`;
    this.#cursor = start + word.length + 1;
  }

  /** Takes in text where the cursor is; line breaks become spaces. */
  insert(text: string): void {
    const line = text.replace(/[\r\n\t]+/g, " ");
    this.#value = this.#value.slice(0, this.#cursor) + line + this.#value.slice(this.#cursor);
    this.#cursor += line.length;
  }

  /** Answers whether the key was for editing. */
  key({ chord, text }: Key): boolean {
    if (text !== undefined) {
      this.insert(text);
      return true;
    }
    const edit = edits[chord];
    if (edit === undefined) return false;
    const [value, cursor] = edit(this.#value, this.#cursor);
    this.#value = value;
    this.#cursor = cursor;
    return true;
  }

  /** Puts the cursor on the cell that was clicked. */
  click(x: number, y: number): void {
    const line = this.#lines[Math.min(this.#firstRow + y, this.#lines.length - 1)];
    if (line === undefined) return;
    let cells = 0;
    let offset = 0;
    for (const { text, width } of graphemesOf(line.text)) {
      if (cells + width > x) break;
      cells += width;
      offset += text.length;
    }
    this.#cursor = line.start + offset;
  }

  paint(surface: Surface, { isFocused, placeholder = "" }: TextFieldLook): void {
    const role = isFocused ? "inputFocused" : "input";
    surface.part(0, 0, surface.width, surface.height, "input").fill("input");
    const { width, height } = surface;
    if (width < 2 || height < 1) return;
    if (this.#value === "") surface.part(0, 0, width, height, "input").text(0, 0, placeholder, "muted", width);
    // One cell stays free for the cursor behind the last character.
    this.#lines = linesOf(this.#value, width - 1);
    const at = this.#lines.findLastIndex(({ start }) => start <= this.#cursor);
    const row = Math.max(0, at);
    if (row < this.#firstRow) this.#firstRow = row;
    if (row >= this.#firstRow + height) this.#firstRow = row - height + 1;
    this.#firstRow = Math.max(0, Math.min(this.#firstRow, this.#lines.length - 1));
    for (let y = 0; y < height; y++) {
      const line = this.#lines[this.#firstRow + y];
      if (line !== undefined) surface.text(0, y, line.text, role);
    }
    const line = this.#lines[row];
    if (isFocused && line !== undefined)
      surface.cursor(textWidth(this.#value.slice(line.start, this.#cursor)), row - this.#firstRow);
  }
}

/** Breaks at spaces where there are any; together the lines are the whole text. */
function linesOf(value: string, width: number): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  let text = "";
  let cells = 0;
  let offset = 0;
  for (const grapheme of graphemesOf(value)) {
    if (cells + grapheme.width > width) {
      const space = text.lastIndexOf(" ") + 1;
      const kept = space > 0 ? text.slice(0, space) : text;
      lines.push({ start, text: kept });
      start += kept.length;
      text = text.slice(kept.length);
      cells = textWidth(text);
    }
    text += grapheme.text;
    cells += grapheme.width;
    offset += grapheme.text.length;
  }
  lines.push({ start, text });
  return lines;
}

type Edit = (value: string, cursor: number) => readonly [value: string, cursor: number];

function before(value: string, cursor: number): number {
  let start = 0;
  for (const { index } of segmentsOf(value.slice(0, cursor))) start = index;
  return start;
}

function after(value: string, cursor: number): number {
  const [first] = segmentsOf(value.slice(cursor));
  return cursor + (first?.segment.length ?? 0);
}

const wordStart = (value: string, cursor: number) => value.slice(0, cursor).search(/\S+\s*$/) >>> 0;
const startOf = (value: string, cursor: number) => Math.min(wordStart(value, cursor), cursor);
const endOf = (value: string, cursor: number) => cursor + (/^\s*\S*/.exec(value.slice(cursor))?.[0].length ?? 0);

const toStart: Edit = (value) => [value, 0];
const toEnd: Edit = (value) => [value, value.length];
const wordLeft: Edit = (value, cursor) => [value, cursor === 0 ? 0 : startOf(value, cursor)];
const wordRight: Edit = (value, cursor) => [value, endOf(value, cursor)];
const eraseWord: Edit = (value, cursor) => {
  const start = cursor === 0 ? 0 : startOf(value, cursor);
  return [value.slice(0, start) + value.slice(cursor), start];
};

/** Chords as shells and editors have them. */
const edits: Readonly<Record<string, Edit>> = {
  left: (value, cursor) => [value, before(value, cursor)],
  right: (value, cursor) => [value, after(value, cursor)],
  home: toStart,
  "ctrl+a": toStart,
  end: toEnd,
  "ctrl+e": toEnd,
  "ctrl+left": wordLeft,
  "alt+left": wordLeft,
  "alt+b": wordLeft,
  "ctrl+right": wordRight,
  "alt+right": wordRight,
  "alt+f": wordRight,
  backspace: (value, cursor) => {
    const start = before(value, cursor);
    return [value.slice(0, start) + value.slice(cursor), start];
  },
  delete: (value, cursor) => [value.slice(0, cursor) + value.slice(after(value, cursor)), cursor],
  "ctrl+w": eraseWord,
  "ctrl+backspace": eraseWord,
  "alt+backspace": eraseWord,
  "ctrl+u": (value, cursor) => [value.slice(cursor), 0],
  "ctrl+k": (value, cursor) => [value.slice(0, cursor), cursor],
};
