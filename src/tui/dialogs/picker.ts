import { fuzzyFind } from "../fuzzy.ts";
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
};

/** A list to choose from, which typing narrows down. */
export function picker<Value>(host: DialogHost, options: PickerOptions<Value>): Dialog {
  const { choices, picked } = options;
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

  return {
    title: options.title,
    size: { width: options.width ?? 60, height: Math.min(24, choices.length + 4) },
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
      if (found.length === 0) surface.text(0, 2, "Nothing fits.", "muted");
      list.paint(surface.part(0, 1), { count: found.length }, (row, index) => {
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
