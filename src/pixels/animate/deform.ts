import { createRaster, type Raster } from "../raster.ts";

/**
 * Ways to move the pixels of a picture that neither mix nor invent a colour: rows and columns are shifted by whole
 * pixels, left out or repeated. All give a new picture of the same size; what leaves it is cut off.
 */

/** The rows and columns of which a change is made; the rest stays. Ends are exclusive. */
export type Region = {
  readonly left?: number;
  readonly right?: number;
  readonly top?: number;
  readonly bottom?: number;
};

/** Shifts every row of a region to the right by what `shiftOf` says of it. */
export function shiftRows(raster: Raster, shiftOf: (y: number) => number, region: Region = {}): Raster {
  const { left, right, top, bottom } = wholeOf(raster, region);
  return remap(
    raster,
    { left: 0, right: raster.width, top, bottom },
    (x, y) => {
      const from = x - shiftOf(y);
      return from >= left && from < right ? y * raster.width + from : nowhere;
    },
    region,
  );
}

/** Shifts every column of a region down by what `shiftOf` says of it. */
export function shiftColumns(raster: Raster, shiftOf: (x: number) => number, region: Region = {}): Raster {
  const { left, right, top, bottom } = wholeOf(raster, region);
  return remap(
    raster,
    { left, right, top: 0, bottom: raster.height },
    (x, y) => {
      const from = y - shiftOf(x);
      return from >= top && from < bottom ? from * raster.width + x : nowhere;
    },
    region,
  );
}

/** Shows, in every row of a region, the row that `sourceOf` names; undefined leaves it empty. */
export function replaceRows(raster: Raster, sourceOf: (y: number) => number | undefined, region: Region = {}): Raster {
  return remap(raster, wholeOf(raster, region), (x, y) => {
    const from = sourceOf(y);
    return from === undefined || from < 0 || from >= raster.height ? nowhere : from * raster.width + x;
  });
}

/** Shows, in every column, the column that `sourceOf` names; undefined leaves it empty. */
export function replaceColumns(raster: Raster, sourceOf: (x: number) => number | undefined): Raster {
  return remap(raster, wholeOf(raster, {}), (x, y) => {
    const from = sourceOf(x);
    return from === undefined || from < 0 || from >= raster.width ? nowhere : y * raster.width + from;
  });
}

/**
 * Turns a picture around a point by `degrees` clockwise, up to about 100 either way, by three shears of whole pixels: no
 * pixel is lost or doubled. Source: Alan W. Paeth, "A Fast Algorithm for General Raster Rotation", Graphics Interface
 * 1986.
 */
export function turn(raster: Raster, degrees: number, centerX: number, centerY: number): Raster {
  if (degrees === 0) return raster;
  const angle = (degrees * Math.PI) / 180;
  const alongRows = -Math.tan(angle / 2);
  const alongColumns = Math.sin(angle);
  const shear = (factor: number, distance: number) => Math.round(factor * distance + 1e-9);
  const first = shiftRows(raster, (y) => shear(alongRows, y - centerY));
  const second = shiftColumns(first, (x) => shear(alongColumns, x - centerX));
  return shiftRows(second, (y) => shear(alongRows, y - centerY));
}

/** Moves the whole picture. */
export function move(raster: Raster, right: number, down: number): Raster {
  if (right === 0 && down === 0) return raster;
  const { width, height } = raster;
  return remap(raster, wholeOf(raster, {}), (x, y) => {
    const fromX = x - right;
    const fromY = y - down;
    return fromX < 0 || fromX >= width || fromY < 0 || fromY >= height ? nowhere : fromY * width + fromX;
  });
}

/**
 * A box of the picture at another size, standing on the middle of its lower edge: rows and columns are left out or
 * repeated evenly, and the outermost ones stay, so that an outline keeps its thickness there.
 */
export function resize(
  raster: Raster,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  width: number,
  height: number,
): Raster {
  if (width === box.width && height === box.height) return raster;
  const bottom = box.y + box.height;
  const left = box.x + Math.floor((box.width - width) / 2);
  const rows = replaceRows(raster, (y) => {
    const row = y - (bottom - height);
    return row < 0 || row >= height ? undefined : box.y + sourceIndex(row, height, box.height);
  });
  return replaceColumns(rows, (x) => {
    const column = x - left;
    return column < 0 || column >= width ? undefined : box.x + sourceIndex(column, width, box.width);
  });
}

function sourceIndex(index: number, size: number, sourceSize: number): number {
  if (size < 2) return (sourceSize - 1) >> 1;
  return Math.round((index * (sourceSize - 1)) / (size - 1));
}

const nowhere = -1;

type Bounds = Required<Region>;

function wholeOf({ width, height }: Raster, region: Region): Bounds {
  return {
    left: Math.max(0, region.left ?? 0),
    right: Math.min(width, region.right ?? width),
    top: Math.max(0, region.top ?? 0),
    bottom: Math.min(height, region.bottom ?? height),
  };
}

/**
 * Redraws the pixels of `bounds` from where `sourceOf` says. Where nothing comes from inside the `moved` region, what
 * did not belong to it stays.
 */
function remap(
  raster: Raster,
  bounds: Bounds,
  sourceOf: (x: number, y: number) => number,
  moved: Region = bounds,
): Raster {
  const { width, height } = raster;
  const source = new Uint32Array(raster.data.slice().buffer);
  const target = createRaster(width, height);
  const pixels = new Uint32Array(target.data.buffer);
  pixels.set(source);
  const inside = wholeOf(raster, moved);
  for (let y = bounds.top; y < bounds.bottom; y++)
    for (let x = bounds.left; x < bounds.right; x++) {
      const from = sourceOf(x, y);
      const at = y * width + x;
      const isInside = x >= inside.left && x < inside.right && y >= inside.top && y < inside.bottom;
      const pixel = from === nowhere ? 0 : source[from];
      // Transparent pixels of what moves do not wipe out what lies outside it.
      if (isInside || alphaOf(pixel) !== 0) pixels[at] = pixel;
    }
  return target;
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function alphaOf(pixel: number): number {
  return isLittleEndian ? pixel >>> 24 : pixel & 255;
}
