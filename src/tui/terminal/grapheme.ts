/** What a reader sees as one character, and how many cells of a terminal it takes. */
export type Grapheme = { readonly text: string; readonly width: 0 | 1 | 2 };

/** Made when it is first needed: most text is plain. */
let segmenter: Intl.Segmenter | undefined;

/** Letters of Latin scripts, and what screens are drawn with: one character is one code unit and one cell. */
// oxlint-disable-next-line no-misleading-character-class
const plainText =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2500-\u25b5\u25b8-\u25bf\u2605\u2606\u2713\u2717\u2800-\u28ff]*$/;
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u200b\u2028\u2029\ufeff]/g;

/** Ranges that Unicode's East Asian Width (UAX #11) calls wide or fullwidth, and that are not emoji. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

/** The characters of a text; controls, which would move the cursor, become the replacement character. */
export function graphemesOf(text: string): readonly Grapheme[] {
  const shown = withoutControls(text);
  if (plainText.test(shown)) return Array.from(shown, (character) => ({ text: character, width: 1 }));
  return Array.from(segmentsOf(shown), ({ segment }) => ({ text: segment, width: widthOf(segment) }));
}

/** Cells that a text takes. */
export function textWidth(text: string): number {
  if (plainText.test(text)) return text.length;
  return graphemesOf(text).reduce((sum, { width }) => sum + width, 0);
}

/** The part of a text that fits `width` cells; where something is cut, its last cell is `ellipsis`. */
export function clipText(text: string, width: number, ellipsis = ""): string {
  if (width <= 0) return "";
  if (plainText.test(text)) {
    if (text.length <= width) return text;
    return text.slice(0, Math.max(0, width - textWidth(ellipsis))) + (textWidth(ellipsis) <= width ? ellipsis : "");
  }
  const shown = withoutControls(text);
  if (textWidth(shown) <= width) return shown;
  const most = width - textWidth(ellipsis);
  let clipped = "";
  let used = 0;
  for (const grapheme of graphemesOf(shown)) {
    if (used + grapheme.width > most) break;
    clipped += grapheme.text;
    used += grapheme.width;
  }
  return most >= 0 ? clipped + ellipsis : clipped;
}

/** A text in lines of `width` cells at most, broken at spaces where there are any. */
export function wrapText(text: string, width: number): readonly string[] {
  if (width < 1) return [];
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      let rest = word;
      const joined = line === "" ? word : `${line} ${word}`;
      if (textWidth(joined) <= width) {
        line = joined;
        continue;
      }
      if (line !== "") lines.push(line);
      while (textWidth(rest) > width) {
        const part = clipText(rest, width);
        // A character wider than the line has to go somewhere.
        const taken = part === "" ? (graphemesOf(rest)[0]?.text ?? rest) : part;
        lines.push(taken);
        rest = rest.slice(taken.length);
      }
      line = rest;
    }
    lines.push(line);
  }
  return lines;
}

/** The text cut into what a reader sees as characters, each with the offset it starts at. */
export function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text);
}

function withoutControls(text: string): string {
  return text.replace(controls, "\ufffd");
}

function widthOf(grapheme: string): Grapheme["width"] {
  const code = grapheme.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^\p{Mark}/u.test(grapheme) || code === 0x200d) return 0;
  if (grapheme.includes("\ufe0f") || /^\p{Emoji_Presentation}/u.test(grapheme)) return 2;
  return wideRanges.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}
