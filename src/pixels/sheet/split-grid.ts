import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";
import { copyArea } from "./copy-area.ts";

/** Equal cells in a sheet; all in pixels. */
export type SheetGrid = {
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Between neighbouring cells. */
  readonly spacing: number;
  /** Left of and above the first cell. */
  readonly margin: number;
};

/** A cell of a sheet; row and column count from 0. */
export type SheetCell = { readonly row: number; readonly column: number; readonly raster: Raster };

/**
 * Cuts a sheet into its cells, row by row, cells without a visible pixel left out. What lies right of or below the
 * last whole cell must be transparent. Throws PixelsError when no cell fits or visible pixels would be lost.
 */
export function splitGrid(sheet: Raster, grid: SheetGrid): SheetCell[] {
  const { cellWidth, cellHeight, spacing, margin } = grid;
  const columns = countCells(sheet.width, cellWidth, spacing, margin);
  const rows = countCells(sheet.height, cellHeight, spacing, margin);
  const text = `${cellWidth} x ${cellHeight}`;
  if (columns < 1 || rows < 1)
    throw new PixelsError(
      `Cannot cut ${sheet.width} x ${sheet.height} pixels into cells of ${text}: give smaller cells`,
      { code: "invalid-grid", cellWidth, cellHeight },
    );
  const cells: SheetCell[] = [];
  let copied = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const raster = createRaster(cellWidth, cellHeight);
      const x = margin + column * (cellWidth + spacing);
      const y = margin + row * (cellHeight + spacing);
      copyArea(sheet, x, y, cellWidth, cellHeight, raster, 0, 0);
      const visible = countVisible(raster);
      copied += visible;
      if (visible > 0) cells.push({ row, column, raster });
    }
  const lost = countVisible(sheet) - copied;
  if (lost > 0)
    throw new PixelsError(
      `Cannot cut ${sheet.width} x ${sheet.height} pixels into cells of ${text}: ${lost} visible pixels would be lost ` +
        "between or beside them; give the cells' size, spacing and margin",
      { code: "invalid-grid", cellWidth, cellHeight },
    );
  return cells;
}

function countCells(side: number, cell: number, spacing: number, margin: number): number {
  return Math.floor((side - margin + spacing) / (cell + spacing));
}

function countVisible({ data }: Raster): number {
  let count = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) count++;
  return count;
}
