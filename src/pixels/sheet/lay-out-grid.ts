import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";
import { copyArea } from "./copy-area.ts";

export type GridOptions = {
  /** Cells in a row; all frames in one row by default. */
  readonly columns?: number | undefined;
  /** Transparent pixels between cells, and none around them; 0 by default. */
  readonly padding?: number | undefined;
};

/** A sheet of equal cells, and where each frame lies in it, in the frames' order. */
export type GridSheet = {
  readonly raster: Raster;
  readonly columns: number;
  readonly cells: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
};

/**
 * Lays frames of one size out side by side, row by row from the top left. Throws PixelsError when there are none or
 * their sizes differ.
 */
export function layOutGrid(frames: readonly Raster[], options: GridOptions = {}): GridSheet {
  const { columns: wanted = frames.length, padding = 0 } = options;
  if (frames.length === 0)
    throw new PixelsError("Cannot make a sheet of 0 frames: give at least one", {
      code: "invalid-argument",
      argument: "frames",
      value: 0,
    });
  checkCount("columns", wanted, 1);
  checkCount("padding", padding, 0);
  const { width, height } = frames[0];
  for (const [index, frame] of frames.entries())
    if (frame.width !== width || frame.height !== height) {
      const expected = `${width} x ${height}`;
      const actual = `${frame.width} x ${frame.height}`;
      throw new PixelsError(
        `Cannot lay frames of unequal size out in a grid: frame ${index + 1} is ${actual}, the first ${expected}; ` +
          "bring them to one size, or pack them as an atlas",
        { code: "size-mismatch", expected, actual },
      );
    }
  const columns = Math.min(wanted, frames.length);
  const rows = Math.ceil(frames.length / columns);
  const raster = createRaster(columns * (width + padding) - padding, rows * (height + padding) - padding);
  const cells = frames.map((frame, index) => {
    const x = (index % columns) * (width + padding);
    const y = Math.floor(index / columns) * (height + padding);
    copyArea(frame, 0, 0, width, height, raster, x, y);
    return { x, y, width, height };
  });
  return { raster, columns, cells };
}

/** Refuses what is no whole number from `least` to 4096. */
export function checkCount(argument: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= 4096) return;
  throw new PixelsError(`Cannot use ${argument} ${value}: give a whole number from ${least} to 4096`, {
    code: "invalid-argument",
    argument,
    value,
  });
}
