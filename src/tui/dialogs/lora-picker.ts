import { fuzzyFind } from "../fuzzy.ts";
import { wrapText } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import { ScrollList } from "../widgets/scroll-list.ts";
import { TextField } from "../widgets/text-field.ts";
import type { Dialog, DialogHost } from "./dialog.ts";
import type { Choice } from "./picker.ts";

export type LoraPickerOptions = {
  /** "NAME:STRENGTH" each; absent: the workflow's own. */
  readonly loras: readonly string[] | undefined;
  readonly more: Promise<{ readonly choices: readonly Choice<string>[]; readonly problem?: string | undefined }>;
  readonly changed: (loras: readonly string[] | undefined) => void;
};

const strengthStep = 0.1;
/** What ComfyUI's own sliders are used for; a stronger one can be typed on the command line. */
const mostStrength = 2;

/** Several LoRAs, each with its strength. What is taken is taken at once; the dialog stays until it is closed. */
export function loraPicker(host: DialogHost, options: LoraPickerOptions): Dialog {
  const strengths = new Map((options.loras ?? []).map(partsOf));
  let isDefault = options.loras === undefined;
  let names: readonly string[] = [...strengths.keys()];
  let problem: string | undefined;
  let isWaiting = true;
  const query = new TextField();
  const list = new ScrollList();
  const found = () => fuzzyFind(query.value, names, (name) => name);

  const tell = () =>
    options.changed(isDefault ? undefined : [...strengths].map(([name, strength]) => `${name}:${strength}`));
  const toggle = (index: number) => {
    const name = found()[index - 1];
    if (index === 0) {
      isDefault = !isDefault;
      if (isDefault) strengths.clear();
    } else if (name !== undefined) {
      isDefault = false;
      if (!strengths.delete(name)) strengths.set(name, 1);
    }
    tell();
  };
  const strengthen = (by: number) => {
    const name = found()[list.selected - 1];
    if (name === undefined) return;
    isDefault = false;
    const next = (strengths.get(name) ?? 1 - by) + by;
    strengths.set(name, Math.max(-mostStrength, Math.min(mostStrength, Math.round(next * 100) / 100)));
    tell();
  };
  list.onOpen(toggle);
  const learn = async () => {
    try {
      const more = await options.more;
      names = [...new Set([...names, ...more.choices.map(({ value }) => value)])];
      problem = more.problem;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    isWaiting = false;
    host.invalidate();
  };
  void learn();

  return {
    title: "LoRAs",
    get size() {
      return { width: 66, height: Math.min(24, names.length + 8) };
    },
    key(key: Key) {
      if (/^(escape|ctrl\+c|tab)$/.test(key.chord)) return host.closeDialog();
      if (key.chord === "enter" || key.chord === "space") return toggle(list.selected);
      if (key.chord === "left" || key.chord === "right")
        return strengthen(key.chord === "left" ? -strengthStep : strengthStep);
      if (/^(up|down|pageup|pagedown)$/.test(key.chord)) return void list.key(key);
      if (query.key(key)) list.selected = found().length > 0 && query.value !== "" ? 1 : 0;
    },
    paste(text) {
      query.insert(text);
      list.selected = 0;
    },
    paint(surface: Surface) {
      const { glyphs, width, height } = surface;
      query.paint(surface.part(0, 0, width, 1), { isFocused: true, placeholder: "type to search" });
      const shown = found();
      list.paint(surface.part(0, 1, width, height - 4), { count: shown.length + 1 }, (row, index) => {
        const name = shown[index - 1];
        const strength = name === undefined ? undefined : strengths.get(name);
        const isTaken = name === undefined ? isDefault : strength !== undefined;
        row.text(1, 0, isTaken ? glyphs.check : " ", row.ground);
        row.text(3, 0, name ?? "as the workflow has them", row.ground, row.width - 10);
        if (strength !== undefined) row.textRight(0, `${strength.toFixed(2)} `, row.ground);
      });
      const note = isWaiting ? "Asking the servers" : (problem ?? "");
      const lines = wrapText(note, width - 2).slice(0, 2);
      lines.forEach((line, y) => surface.text(1, height - 3 + y, line, isWaiting ? "muted" : "bad"));
      surface.spans(
        1,
        height - 1,
        ["Enter", "key"],
        [" take or leave   ", "muted"],
        [`${glyphs.left}${glyphs.right}`, "key"],
        [" strength   ", "muted"],
        ["Esc", "key"],
        [" done", "muted"],
      );
    },
  };
}

function partsOf(lora: string): readonly [name: string, strength: number] {
  const at = lora.lastIndexOf(":");
  return at < 0 ? [lora, 1] : [lora.slice(0, at), Number(lora.slice(at + 1))];
}
