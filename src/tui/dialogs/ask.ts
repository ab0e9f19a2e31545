import { wrapText } from "../terminal/grapheme.ts";
import type { Surface } from "../terminal/surface.ts";
import { TextField } from "../widgets/text-field.ts";
import type { Dialog, DialogHost } from "./dialog.ts";

export type AskOptions = {
  readonly title: string;
  readonly value?: string;
  readonly hint: string;
  /** Why a text cannot be taken, in one sentence; undefined: it can. */
  readonly problem?: (text: string) => string | undefined;
  readonly answered: (text: string) => void;
};

/** Asks for a line of text. */
export function ask(host: DialogHost, options: AskOptions): Dialog {
  const field = new TextField(options.value ?? "");
  let problem: string | undefined;
  return {
    title: options.title,
    size: { width: 64, height: 7 },
    key(key) {
      if (key.chord === "escape" || key.chord === "ctrl+c") return host.closeDialog();
      if (key.chord === "enter") {
        problem = options.problem?.(field.value);
        if (problem !== undefined) return;
        host.closeDialog();
        options.answered(field.value);
        return;
      }
      if (field.key(key)) problem = undefined;
    },
    paste: (text) => field.insert(text),
    paint(surface: Surface) {
      field.paint(surface.part(1, 0, surface.width - 2, 1), { isFocused: true });
      const lines = wrapText(problem ?? options.hint, surface.width - 2).slice(0, surface.height - 2);
      lines.forEach((line, y) => surface.text(1, 2 + y, line, problem === undefined ? "muted" : "bad"));
    },
  };
}

export type ConfirmOptions = {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly confirmed: () => void;
};

/** Asks for a yes; Enter or `y` is one, anything else is not. */
export function confirm(host: DialogHost, { title, text, yes, confirmed }: ConfirmOptions): Dialog {
  return {
    title,
    size: { width: 56, height: 4 + wrapText(text, 52).length },
    key({ chord }) {
      host.closeDialog();
      if (chord === "enter" || chord === "y") confirmed();
    },
    paint(surface: Surface) {
      const lines = wrapText(text, surface.width - 2);
      lines.forEach((line, y) => surface.text(1, y, line));
      surface.spans(1, surface.height - 1, ["Enter", "key"], [` ${yes}   `, "muted"], ["Esc", "key"], [" no", "muted"]);
    },
  };
}
