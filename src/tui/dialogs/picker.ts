import { fuzzyFind } from "../fuzzy.ts";
import { wrapText } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import type { Color } from "../theme.ts";
import { ScrollList } from "../widgets/scroll-list.ts";
import { TextField } from "../widgets/text-field.ts";
import type { Dialog, DialogHost } from "./dialog.ts";

export type Choice<Value> = {
  readonly value: Value;
  readonly text: string;
  /** At the right: a key, a number. */
  readonly note?: string;
  readonly swatches?: readonly Color[];
};

export type PickerOptions<Value> = {
  readonly title: string;
  readonly choices: readonly Choice<Value>[];
  readonly picked: (value: Value) => void;
  readonly current?: Value | undefined;
  readonly width?: number;
  /** More to choose from that has to be asked for, and why there is none, in one sentence. */
  readonly more?: Promise<{ readonly choices: readonly Choice<Value>[]; readonly problem?: string | undefined }>;
};

/** A list to choose from, which typing narrows down. */
export function picker<Value>(host: DialogHost, options: PickerOptions<Value>): Dialog {
  const { picked } = options;
  let { choices } = options;
  let waiting = options.more === undefined ? "" : "Asking the servers";
  let problem: string | undefined;
  const query = new TextField();
  const list = new ScrollList();
  list.selected = Math.max(
    0,
    choices.findIndex(({ value }) => value === options.current),
  );
  let found = choices;
  const pick = (index: number) => {
    const choice = found[index];
    if (choice === undefined) return;
    host.closeDialog();
    picked(choice.value);
  };
  list.onOpen(pick);
  const search = () => {
    found = fuzzyFind(query.value, choices, ({ text }) => text);
    list.selected = 0;
  };
  const learn = async () => {
    try {
      const more = await options.more;
      choices = [...choices, ...(more?.choices ?? [])];
      problem = more?.problem;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    waiting = "";
    found = fuzzyFind(query.value, choices, ({ text }) => text);
    const at = found.findIndex(({ value }) => value === options.current);
    if (list.selected === 0 && at > 0) list.selected = at;
    host.invalidate();
  };
  if (options.more !== undefined) void learn();

  return {
    title: options.title,
    get size() {
      const notes = waiting === "" && problem === undefined ? 0 : 3;
      return { width: options.width ?? 60, height: Math.min(24, choices.length + 4 + notes) };
    },
    key(key: Key) {
      if (key.chord === "escape" || key.chord === "ctrl+c") return host.closeDialog();
      if (key.chord === "enter" || key.chord === "tab") return pick(list.selected);
      if (/^(up|down|pageup|pagedown)$/.test(key.chord)) return void list.key(key);
      if (query.key(key)) search();
    },
    paste(text) {
      query.insert(text);
      search();
    },
    paint(surface: Surface) {
      query.paint(surface.part(0, 0, surface.width, 1), { isFocused: true, placeholder: "type to search" });
      const notes = problem === undefined ? [waiting] : wrapText(problem, surface.width - 2).slice(0, 3);
      const notesAt = surface.height - (waiting === "" && problem === undefined ? 0 : notes.length);
      if (notesAt < surface.height)
        notes.forEach((line, y) => surface.text(1, notesAt + y, line, problem === undefined ? "muted" : "bad"));
      if (found.length === 0) surface.text(0, 2, "Nothing fits.", "muted");
      list.paint(surface.part(0, 1, surface.width, notesAt - 1), { count: found.length }, (row, index) => {
        const { text, note = "", swatches = [] } = found[index] ?? { text: "" };
        const noteWidth = note === "" ? 0 : note.length + 1;
        const used = row.text(1, 0, text, row.ground, row.width - 1 - noteWidth);
        row.textRight(0, note, row.ground === "selected" ? "selected" : "key");
        const room = row.width - used - 4;
        if (row.hasColor) swatches.slice(0, room).forEach((color, at) => row.swatch(used + 3 + at, 0, 1, 1, color));
      });
    },
  };
}
