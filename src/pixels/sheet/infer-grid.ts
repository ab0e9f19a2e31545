import { PixelsError } from "../pixels-error.ts";
import { oklabOfRgb } from "../oklab.ts";
import type { Raster } from "../raster.ts";
import { type SheetGrid, splitGrid } from "./split-grid.ts";

const leastCell = 8;
const mostCell = 256;
const mostSpacing = 4;

/** How clearly cuts must stand out in a sheet without transparent gaps, in standard errors. */
const leastClarity = 4;

/**
 * Finds the grid of a sheet. In one with transparent gaps: the smallest equal cells whose borders cut through nothing;
 * cells as wide as high are preferred where they hold one picture each just as well. Where pictures touch, and in a
 * filled sheet: the square cells across whose borders least goes on from one pixel to the next, or pixels differ most;
 * bricks of 8 pixels in tiles of 16 may win there, so tell the person which grid it was. Throws PixelsError when nothing
 * fits or stands out.
 */
export function inferGrid(sheet: Raster): SheetGrid {
  const across = linesOf(sheet, "x");
  const down = linesOf(sheet, "y");
  const ofGaps = gridOfGaps(sheet, clearCuts(across), clearCuts(down));
  const whole = { cellWidth: sheet.width, cellHeight: sheet.height, spacing: 0, margin: 0 };
  const grid = finerGrid(ofGaps ?? whole, across, down) ?? ofGaps ?? gridOfContrast(across, down);
  if (grid !== undefined) return grid;
  throw new PixelsError(
    `Cannot find a grid in ${sheet.width} x ${sheet.height} pixels: give the cells' size, or split by islands`,
    { code: "no-grid" },
  );
}

function gridOfGaps(sheet: Raster, across: readonly Cuts[], down: readonly Cuts[]): SheetGrid | undefined {
  const oneColumn = { cell: sheet.width, spacing: 0, margin: 0 };
  const oneRow = { cell: sheet.height, spacing: 0, margin: 0 };
  const grids = [...across, oneColumn]
    .flatMap((first) => [...down, oneRow].map((second) => gridOf(sheet, first, second)))
    .filter((grid) => grid !== undefined)
    .filter(({ cellWidth, cellHeight }) => cellWidth < sheet.width || cellHeight < sheet.height)
    .toSorted(closestFirst);
  const [closest] = grids;
  if (closest === undefined) return undefined;
  const square = grids.find(({ cellWidth, cellHeight }) => cellWidth === cellHeight);
  if (square === undefined) return closest;
  return splitGrid(sheet, square).length === splitGrid(sheet, closest).length ? square : closest;
}

function gridOfContrast(across: Lines, down: Lines): SheetGrid | undefined {
  const width = across.visible.length;
  const height = down.visible.length;
  let best: { readonly cell: number; readonly clarity: number } | undefined;
  const divides = (cell: number) => width % cell === 0 && height % cell === 0 && width + height !== 2 * cell;
  for (let cell = leastCell; cell <= Math.min(mostCell, width, height); cell++) {
    if (!divides(cell)) continue;
    // A sheet of one row has no cuts across it, and says all in the other direction.
    const clarity = clarityOf(across.steps, cell) + clarityOf(down.steps, cell);
    if (best === undefined || clarity > best.clarity) best = { cell, clarity };
  }
  if (best === undefined || best.clarity < leastClarity) return undefined;
  let { cell } = best;
  while (
    cell % 2 === 0 &&
    cell / 2 >= leastCell &&
    divides(cell / 2) &&
    areHalvesCuts([across.steps, down.steps], cell)
  )
    cell /= 2;
  return { cellWidth: cell, cellHeight: cell, spacing: 0, margin: 0 };
}

/** How surely less must go on across new cuts than elsewhere, in standard errors. */
const finerClarity = 3;

/**
 * Where pictures fill their cells, some touch, and only cuts between several of them at once go through nothing. Square
 * cells that parts of such a grid make are taken when across the new cuts, too, little goes on from one to the next.
 */
function finerGrid(coarse: SheetGrid, across: Lines, down: Lines): SheetGrid | undefined {
  if (coarse.spacing > 0 || coarse.margin > 0) return undefined;
  let best: { readonly cell: number; readonly clarity: number } | undefined;
  for (let cell = leastCell; cell <= Math.min(mostCell, Math.max(coarse.cellWidth, coarse.cellHeight)); cell++) {
    if (coarse.cellWidth % cell !== 0 || coarse.cellHeight % cell !== 0) continue;
    const found = [
      { lines: across, wide: coarse.cellWidth },
      { lines: down, wide: coarse.cellHeight },
    ]
      .filter(({ wide }) => cell < wide)
      .map(({ lines: { joined }, wide }) => {
        const isCut = (index: number) => (index + 1) % cell === 0;
        const added = joined.filter((_, index) => isCut(index) && (index + 1) % wide !== 0);
        return welch(momentsOf(joined.filter((_, index) => !isCut(index))), momentsOf(added));
      });
    if (found.length === 0 || found.some((clarity) => clarity < finerClarity)) continue;
    const clarity = found.reduce((sum, value) => sum + value, 0);
    if (best === undefined || clarity > best.clarity) best = { cell, clarity };
  }
  if (best === undefined) return undefined;
  const apart = [across, down].map(({ joined }) => joined.map((share) => -share));
  const cell = halvedWhileCut(
    apart,
    best.cell,
    (half) => coarse.cellWidth % half === 0 && coarse.cellHeight % half === 0,
  );
  return { cellWidth: cell, cellHeight: cell, spacing: 0, margin: 0 };
}

/** Of cells twice too wide every other cut is missed: such lines stand out nearly as much as the cuts do. */
const halvesShare = 0.7;
const halvesClarity = 3;

function halvedWhileCut(
  directions: readonly (readonly number[])[],
  cell: number,
  divides: (cell: number) => boolean,
): number {
  const half = cell / 2;
  const isPossible = Number.isInteger(half) && half >= leastCell && divides(half);
  return isPossible && areHalvesCuts(directions, cell) ? halvedWhileCut(directions, half, divides) : cell;
}

function areHalvesCuts(directions: readonly (readonly number[])[], cell: number): boolean {
  let [clarity, halvesExcess, cutsExcess] = [0, 0, 0];
  for (const steps of directions) {
    const kindOf = (index: number) =>
      (index + 1) % (cell / 2) !== 0 ? "rest" : (index + 1) % cell === 0 ? "cut" : "half";
    const moments = (kind: string) => momentsOf(steps.filter((_, index) => kindOf(index) === kind));
    const [cuts, halves, rest] = [moments("cut"), moments("half"), moments("rest")];
    if (steps.length < cell) continue;
    clarity += welch(halves, rest);
    halvesExcess += halves.mean - rest.mean;
    cutsExcess += cuts.mean - rest.mean;
  }
  return clarity >= halvesClarity && halvesExcess >= halvesShare * cutsExcess;
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

/** The cuts of one direction, into two cells or more, that go through nothing. */
function clearCuts(lines: Lines): Cuts[] {
  const side = lines.visible.length;
  const found: Cuts[] = [];
  for (let cell = leastCell; cell <= Math.min(mostCell, side - 1); cell++)
    for (let spacing = 0; spacing <= mostSpacing; spacing++)
      // A margin, where there is one, is as wide as the spacing or half of it, or stands alone.
      for (const margin of new Set([0, spacing, spacing / 2, 1])) {
        const count = (side - 2 * margin + spacing) / (cell + spacing);
        if (!Number.isInteger(margin) || !Number.isInteger(count) || count < 2) continue;
        if (isClear(lines, { cell, spacing, margin })) found.push({ cell, spacing, margin });
      }
  return found;
}

type Lines = {
  /** Visible pixels of each column or row. */
  readonly visible: readonly number[];
  /** Between each line and the next: neighbours that are both visible, and their mean difference in OKLab. */
  readonly touching: readonly number[];
  readonly steps: readonly number[];
  /** Likewise how many of them are alike, and so belong together: those that are nearly so count in part. */
  readonly joined: readonly number[];
};

/** Neighbours that differ by this in OKLab do not belong together. */
const unlike = 0.1;

function linesOf({ width, height, data }: Raster, axis: "x" | "y"): Lines {
  const [count, length, lineStep, pixelStep] = axis === "x" ? [width, height, 1, width] : [height, width, width, 1];
  const visible = Array.from({ length: count }, () => 0);
  const touching = Array.from({ length: Math.max(0, count - 1) }, () => 0);
  const steps = touching.map(() => 0);
  const joined = touching.map(() => 0);
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
      const step = Math.hypot(L - nextL, a - nextA, b - nextB);
      steps[line] += step / length;
      joined[line] += Math.max(0, 1 - step / unlike) / length;
    }
  return { visible, touching, steps, joined };
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

/**
 * How surely the steps across the cuts are greater than elsewhere: Welch's t of the two groups. Half of the cuts give
 * less than all of them, and so do cuts with others between them that are none.
 */
function clarityOf(steps: readonly number[], cell: number): number {
  if (steps.length < cell) return 0;
  const cuts = momentsOf(steps.filter((_, index) => (index + 1) % cell === 0));
  return welch(cuts, momentsOf(steps.filter((_, index) => (index + 1) % cell !== 0)));
}

/** Welch's t of two groups. */
function welch(some: Moments, others: Moments): number {
  // A single one has no spread of its own; it is taken for that of the others.
  const spreadOf = (own: Moments, other: Moments) => (own.count > 1 ? own.variance : other.variance) / own.count;
  const spread = spreadOf(some, others) + spreadOf(others, some);
  return (some.mean - others.mean) / Math.sqrt(Math.max(1e-12, spread));
}

type Moments = ReturnType<typeof momentsOf>;

function momentsOf(values: readonly number[]) {
  const count = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, variance: squares / Math.max(1, count - 1) };
}
