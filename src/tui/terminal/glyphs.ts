/** The signs that screens draw with, in Unicode and in ASCII; both have one cell each. */
export type Glyphs = {
  readonly horizontal: string;
  readonly vertical: string;
  readonly topLeft: string;
  readonly topRight: string;
  readonly bottomLeft: string;
  readonly bottomRight: string;
  readonly ellipsis: string;
  readonly bullet: string;
  readonly pointer: string;
  readonly left: string;
  readonly right: string;
  readonly up: string;
  readonly down: string;
  readonly star: string;
  readonly noStar: string;
  readonly check: string;
  readonly cross: string;
  readonly warning: string;
  readonly dot: string;
  readonly swatch: string;
  /** From empty to full, for bars that grow upwards. */
  readonly levels: readonly string[];
  /** From a cell hardly begun to a full one, for bars that grow to the right. */
  readonly parts: readonly string[];
  readonly empty: string;
  readonly spinner: readonly string[];
};

export const unicodeGlyphs: Glyphs = {
  horizontal: "─",
  vertical: "│",
  topLeft: "╭",
  topRight: "╮",
  bottomLeft: "╰",
  bottomRight: "╯",
  ellipsis: "…",
  bullet: "•",
  pointer: "▸",
  left: "◂",
  right: "▸",
  up: "▲",
  down: "▼",
  star: "★",
  noStar: "☆",
  check: "✓",
  cross: "✗",
  warning: "!",
  dot: "·",
  swatch: "█",
  levels: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  parts: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
  empty: "░",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
};

export const asciiGlyphs: Glyphs = {
  horizontal: "-",
  vertical: "|",
  topLeft: "+",
  topRight: "+",
  bottomLeft: "+",
  bottomRight: "+",
  ellipsis: "~",
  bullet: "*",
  pointer: ">",
  left: "<",
  right: ">",
  up: "^",
  down: "v",
  star: "*",
  noStar: ".",
  check: "+",
  cross: "x",
  warning: "!",
  dot: ".",
  swatch: "#",
  levels: [" ", ".", ".", ":", ":", "+", "+", "#", "#"],
  parts: ["-", "-", "=", "=", "=", "#", "#", "#"],
  empty: ".",
  spinner: ["|", "/", "-", "\\"],
};

const replacements: Readonly<Record<string, string>> = {
  "…": "~",
  "–": "-",
  "—": "-",
  "’": "'",
  "×": "x",
  µ: "u",
  "°": " ",
};

/** A text for a terminal that shows ASCII alone: accents are dropped, what is left becomes a question mark. */
export function asciiOf(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^\x20-\x7e]/gu, (sign) => replacements[sign] ?? "?");
}
