/** One key that was pressed, in our own words. */
export type Key = {
  /** Such as "a", "A", "?", "enter", "ctrl+p", "shift+tab", "alt+1"; modifiers always in the order ctrl, alt, shift. */
  readonly chord: string;
  /** What it types, if it types something. */
  readonly text: string | undefined;
};

/** What the renderer tells of a key. */
export type PressedKey = {
  readonly name: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly shift: boolean;
  readonly sequence: string;
};

const names: Readonly<Record<string, string>> = { return: "enter", linefeed: "enter", kpenter: "enter" };

/** Undefined for what is no key a person presses, such as half of a surrogate pair. */
export function keyOf({ name, ctrl, meta, shift, sequence }: PressedKey): Key | undefined {
  const base = names[name] ?? name;
  const isCharacter =
    isPrintable(sequence) && (name === "space" || [...name].length === 1 || !/^[a-z0-9]+$/.test(name));
  if (isCharacter && !ctrl && !meta) return { chord: sequence === " " ? "space" : sequence, text: sequence };
  if (base === "" || base.includes("\ufffd")) return undefined;
  const modifiers = `${ctrl ? "ctrl+" : ""}${meta ? "alt+" : ""}${shift ? "shift+" : ""}`;
  return { chord: `${modifiers}${base}`, text: undefined };
}

function isPrintable(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return text !== "" && !/[\u0000-\u001f\u007f-\u009f\ufffd]/.test(text);
}

const modifierOrder = ["ctrl", "alt", "shift"];

/** A chord as a person writes it, in the one form that keys have; undefined if it is none. */
export function parseChord(written: string): string | undefined {
  const text = written.trim();
  if (text === "" || /\s/.test(text)) return undefined;
  if ([...text].length === 1) return text;
  const parts = text.split("+");
  // "ctrl++" is Ctrl and the plus key.
  const key = text.endsWith("++") ? "+" : (parts.at(-1) ?? "");
  const modifiers = (text.endsWith("++") ? text.slice(0, -2) : parts.slice(0, -1).join("+")).toLowerCase();
  const given = modifiers === "" ? [] : modifiers.split("+");
  if (key === "" || given.some((name) => !modifierOrder.includes(name)) || new Set(given).size < given.length)
    return undefined;
  const isNamed = [...key].length > 1;
  if (isNamed && !namedKeys.has(key.toLowerCase())) return undefined;
  const ordered = modifierOrder.filter((name) => given.includes(name));
  return [...ordered, isNamed || given.length > 0 ? key.toLowerCase() : key].join("+");
}

const namedKeys = new Set([
  ..."enter escape tab space backspace delete insert home end pageup pagedown up down left right".split(" "),
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
]);
