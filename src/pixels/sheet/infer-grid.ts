import { PixelsError } from "../pixels-error.ts";
import { oklabOfRgb } from "../oklab.ts";
import type { Raster } from "../raster.ts";
import { type SheetGrid, splitGrid } from "./split-grid.ts";

const leastCell = 8;
const mostCell = 256;
const mostSpacing = 4;

/** How much more neighbours must differ across the cuts than elsewhere in a sheet without transparent gaps. */
const leastContrast = 1.35;

/**
 * Finds the grid of a sheet: in one with transparent gaps the smallest equal cells whose borders cut through nothing, in
 * a filled one those at whose borders neighbouring pixels differ most. Each direction is judged alone; cells as wide as
 * high are preferred where they hold one picture each just as well. Throws PixelsError when nothing fits: a grid is
 * never guessed.
 */
export function inferGrid(sheet: Raster): SheetGrid {
  const down = cutsOf(sheet, "y");
  const grids = cutsOf(sheet, "x")
    .flatMap((across) => down.map((cuts) => gridOf(sheet, across, cuts)))
    .filter((grid) => grid !== undefined)
    .filter(({ cellWidth, cellHeight }) => cellWidth < sheet.width || cellHeight < sheet.height)
    .toSorted(closestFirst);
  const [closest] = grids;
  if (closest === undefined)
    throw new PixelsError(
      `Cannot find a grid in ${sheet.width} x ${sheet.height} pixels: give the cells' size, or split by islands`,
      { code: "no-grid" },
    );
  const square = grids.find(({ cellWidth, cellHeight }) => cellWidth === cellHeight);
  if (square === undefined) return closest;
  return splitGrid(sheet, square).length === splitGrid(sheet, closest).length ? square : closest;
}

/** Without a margin first, since a cut through a wide gap may as well be a margin; then the smallest cells. */
function closestFirst(a: SheetGrid, b: SheetGrid): number {
  return (
    Math.sign(a.margin) - Math.sign(b.margin) ||
    (a.cellWidth + a.spacing) * (a.cellHeight + a.spacing) - (b.cellWidth + b.spacing) * (b.cellHeight + b.spacing) ||
    a.spacing - b.spacing ||
    a.margin - b.margin
  );
}

/** One grid of both directions; undefined when they disagree. A single row or column has no spacing to compare. */
function gridOf(sheet: Raster, across: Cuts, down: Cuts): SheetGrid | undefined {
  const isOneColumn = across.cell === sheet.width;
  const isOneRow = down.cell === sheet.height;
  const { spacing, margin } = isOneColumn ? down : across;
  const agrees = isOneColumn || isOneRow ? margin === 0 : spacing === down.spacing && margin === down.margin;
  return agrees ? { cellWidth: across.cell, cellHeight: down.cell, spacing, margin } : undefined;
}

type Cuts = { readonly cell: number; readonly spacing: number; readonly margin: number };

/** The cuts of one direction that fit, one cell as long as the sheet among them. */
function cutsOf(sheet: Raster, axis: "x" | "y"): Cuts[] {
  const lines = linesOf(sheet, axis);
  const side = lines.visible.length;
  const candidates: Cuts[] = [];
  for (let cell = leastCell; cell <= Math.min(mostCell, side - 1); cell++)
    for (let spacing = 0; spacing <= mostSpacing; spacing++)
      // A margin, where there is one, is as wide as the spacing or half of it, or stands alone.
      for (const margin of new Set([0, spacing, spacing / 2, 1])) {
        const count = (side - 2 * margin + spacing) / (cell + spacing);
        if (Number.isInteger(margin) && Number.isInteger(count) && count >= 2)
          candidates.push({ cell, spacing, margin });
      }
  const clear = candidates.filter((cuts) => isClear(lines, cuts));
  const found = clear.length > 0 ? clear : byContrast(lines, candidates);
  return [...found, { cell: side, spacing: 0, margin: 0 }];
}

/** In a filled sheet the cuts that stand out, and of those that share lines only the best. */
function byContrast({ steps }: Lines, candidates: readonly Cuts[]): Cuts[] {
  const mean = steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length);
  return candidates
    .filter(({ spacing, margin }) => spacing === 0 && margin === 0)
    .map((cuts) => ({ cuts, contrast: contrastAt(steps, cuts.cell) / Math.max(mean, 1e-6) }))
    .filter(({ contrast }) => contrast >= leastContrast)
    .toSorted((a, b) => b.contrast - a.contrast || a.cuts.cell - b.cuts.cell)
    .slice(0, 1)
    .map(({ cuts }) => cuts);
}

type Lines = {
  /** Visible pixels of each column or row. */
  readonly visible: readonly number[];
  /** Between each line and the next: neighbours that are both visible, and their mean difference in OKLab. */
  readonly touching: readonly number[];
  readonly steps: readonly number[];
};

function linesOf({ width, height, data }: Raster, axis: "x" | "y"): Lines {
  const [count, length, lineStep, pixelStep] = axis === "x" ? [width, height, 1, width] : [height, width, width, 1];
  const visible = Array.from({ length: count }, () => 0);
  const touching = Array.from({ length: Math.max(0, count - 1) }, () => 0);
  const steps = touching.map(() => 0);
  for (let line = 0; line < count; line++)
    for (let index = 0; index < length; index++) {
      const at = (line * lineStep + index * pixelStep) * 4;
      if (data[at + 3] === 0) continue;
      visible[line]++;
      const next = at + lineStep * 4;
      if (line + 1 === count || data[next + 3] === 0) continue;
      touching[line]++;
      const [L, a, b] = oklabOfRgb((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
      const [nextL, nextA, nextB] = oklabOfRgb((data[next] << 16) | (data[next + 1] << 8) | data[next + 2]);
      steps[line] += Math.hypot(L - nextL, a - nextA, b - nextB) / length;
    }
  return { visible, touching, steps };
}

/** Whether the margins and gaps are empty and no two visible pixels touch across a cut. */
function isClear({ visible, touching }: Lines, { cell, spacing, margin }: Cuts): boolean {
  const side = visible.length;
  for (let line = 0; line < margin; line++) if (visible[line] > 0 || visible[side - 1 - line] > 0) return false;
  for (let cut = margin + cell; cut < side - margin; cut += cell + spacing) {
    if (spacing === 0 && touching[cut - 1] > 0) return false;
    for (let line = cut; line < cut + spacing; line++) if (visible[line] > 0) return false;
  }
  return true;
}

function contrastAt(steps: readonly number[], cell: number): number {
  let sum = 0;
  let cuts = 0;
  for (let cut = cell; cut <= steps.length; cut += cell) {
    sum += steps[cut - 1];
    cuts++;
  }
  return sum / Math.max(1, cuts);
}
