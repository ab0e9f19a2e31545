import type { LibraryEntry } from "#library";
import {
  createRaster,
  drawOver,
  drawText,
  fillArea,
  fitText,
  type Raster,
  scaleInteger,
  textHeight,
  textWidth,
} from "#pixels";
import type { ComparisonView } from "./view-comparison.ts";

export type SheetOptions = {
  readonly readRaster: (entry: LibraryEntry) => Promise<Raster>;
  /** Calls contenders A, B, C and leaves out what would tell them apart. */
  readonly isBlind?: boolean | undefined;
};

const colors = { ground: "#16161e", cell: "#24283b", text: "#c0caf5", faint: "#7a83a8", winner: "#e0af68" } as const;
const textScale = 2;
const line = (textHeight + 2) * textScale;
const gap = 12;
const leastCell = 128;
const titleWidth = 180;

/** One column: the name in its heading, and which contender it shows in which line. */
type Column = { readonly heading: string };
type Line = {
  readonly title: readonly string[];
  readonly cells: readonly { readonly row: number; readonly contender: number }[];
};

/**
 * Draws a comparison as one labelled picture: a column for each contender and a line for each prompt and seed; a grid of
 * two settings has a column and a line for each value, prompt by prompt. Under each sprite stand seconds, colours and
 * steps; what won a vote is framed.
 */
export async function drawComparisonSheet(
  view: ComparisonView,
  { readRaster, isBlind = false }: SheetOptions,
): Promise<Raster> {
  const { columns, lines } = layoutOf(view, isBlind);
  const pictures = await Promise.all(
    view.cells.map((cells) =>
      Promise.all(cells.map(({ entry }) => (entry === undefined || entry.missing ? undefined : readRaster(entry)))),
    ),
  );
  const largest = Math.max(1, ...pictures.flat().map((raster) => Math.max(raster?.width ?? 1, raster?.height ?? 1)));
  // One scale for all, so that sizes can be compared as well.
  const scale = Math.max(1, Math.ceil(leastCell / largest));
  const cell = Math.max(leastCell, largest * scale);
  const lineHeight = cell + line + gap;
  const sheet = createRaster(
    titleWidth + columns.length * (cell + gap) + gap,
    gap + line + gap + lines.length * lineHeight,
  );
  fillArea(sheet, { left: 0, top: 0, width: sheet.width, height: sheet.height }, colors.ground);
  for (const [index, { heading }] of columns.entries())
    write(sheet, heading, titleWidth + index * (cell + gap), gap, cell, colors.text);
  for (const [index, { title, cells }] of lines.entries()) {
    const top = gap + line + gap + index * lineHeight;
    for (const [place, text] of title.entries())
      write(sheet, text, gap, top + place * line, titleWidth - 2 * gap, place === 0 ? colors.text : colors.faint);
    for (const [column, { row, contender }] of cells.entries()) {
      const left = titleWidth + column * (cell + gap);
      const vote = view.votes.find((candidate) => candidate.row === row);
      if (vote?.winner === contender)
        fillArea(sheet, { left: left - 3, top: top - 3, width: cell + 6, height: cell + 6 }, colors.winner);
      fillArea(sheet, { left, top, width: cell, height: cell }, colors.cell);
      const raster = pictures[row][contender];
      const entry = view.cells[row][contender].entry;
      if (raster === undefined)
        write(sheet, "no sprite", left + gap, top + cell / 2 - line / 2, cell - gap, colors.faint);
      else {
        const large = scaleInteger(raster, scale);
        drawOver(
          sheet,
          large,
          left + Math.floor((cell - large.width) / 2),
          top + Math.floor((cell - large.height) / 2),
        );
      }
      if (entry !== undefined) write(sheet, factsOf(entry, isBlind), left, top + cell + 4, cell, colors.faint);
    }
  }
  return sheet;
}

function layoutOf(
  view: ComparisonView,
  isBlind: boolean,
): { readonly columns: readonly Column[]; readonly lines: readonly Line[] } {
  const { contenders, rows } = view;
  const titleOf = (row: number) => [...wrapped(rows[row].prompt), `seed ${rows[row].seed}`];
  const isGrid = !isBlind && contenders.every(({ at }) => at !== undefined);
  if (!isGrid)
    return {
      columns: contenders.map(({ label }, index) => ({ heading: isBlind ? nameOf(index) : label })),
      lines: rows.map((_, row) => ({
        title: titleOf(row),
        cells: contenders.map((_, contender) => ({ row, contender })),
      })),
    };
  const across = [...new Set(contenders.map(({ at }) => at?.x ?? ""))];
  const down = [...new Set(contenders.map(({ at }) => at?.y ?? ""))];
  const find = (x: string, y: string) => contenders.findIndex(({ at }) => at?.x === x && at.y === y);
  return {
    columns: across.map((heading) => ({ heading })),
    lines: rows.flatMap((_, row) =>
      down.map((y) => ({
        title: [...(y === "" ? [] : [y]), ...titleOf(row)],
        cells: across.map((x) => ({ row, contender: find(x, y) })),
      })),
    ),
  };
}

/** What a contender is called while nobody may know which it is: A to Z, then AA, AB and so on. */
export function nameOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : nameOf(Math.floor(index / 26) - 1) + letter;
}

function factsOf({ seconds, colors: count, steps }: LibraryEntry, isBlind: boolean): string {
  const told = [`${count} colors`];
  if (!isBlind) told.unshift(...(seconds === null ? [] : [`${seconds.toFixed(2)} s`]), `${steps} steps`);
  return told.join(" · ");
}

/** A prompt in up to three lines of a title. */
function wrapped(text: string): string[] {
  const width = (titleWidth - 2 * gap) / textScale;
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length === 0 ? word : `${lines[lines.length - 1]} ${word}`;
    if (lines.length > 0 && textWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.length <= 3 ? lines : [...lines.slice(0, 2), lines.slice(2).join(" ")];
}

function write(sheet: Raster, text: string, left: number, top: number, width: number, color: string): void {
  drawText(sheet, fitText(text, Math.floor(width / textScale)), { left, top, color, scale: textScale });
}
