import { PixelsError } from "../pixels-error.ts";
import type { Raster } from "../raster.ts";
import { repairSeams } from "./repair-seams.ts";
import { repeatedArea } from "./repeated-area.ts";
import { lineSteps, seamErrors } from "./seam-error.ts";

/** A texture as one tile that repeats, and what had to be done to it. */
export type FittedTexture = {
  readonly raster: Raster;
  /** The seam errors of the picture given and of the tile. */
  readonly before: number;
  readonly after: number;
  readonly wasCropped: boolean;
  readonly wasRepaired: boolean;
};

/** From here on a seam shows. */
const visibleSeam = 1.5;

/**
 * Makes of a texture of any size a square tile of `size` pixels that repeats without a seam. A texture that goes into
 * the size a whole number of times is repeated; of any other a part is taken, where its edges fit best. Then seams are
 * repaired, and the picture is shifted round until the place where tiles meet lies along its least conspicuous lines.
 * Only pixels of the texture are used. Throws PixelsError for one with transparent pixels, by its `name`.
 */
export function fitTexture(texture: Raster, size: number, name = "the texture"): FittedTexture {
  refuseTransparency(texture, name);
  const before = worse(seamErrors(texture));
  const isWhole = size % texture.width === 0 && size % texture.height === 0;
  // Repaired first where it repeats as it is: its own pixels fit better than a part's.
  const repaired = isWhole && before > visibleSeam ? repairSeams(texture) : undefined;
  const source = repaired?.raster ?? texture;
  const square = isWhole ? repeatedArea(source, 0, 0, size, size) : bestPart(source, size);
  const late = !isWhole && worse(seamErrors(square)) > visibleSeam ? repairSeams(square) : undefined;
  const raster = shiftedToWeakestLines(late?.raster ?? square);
  return {
    raster,
    before,
    after: worse(seamErrors(raster)),
    wasCropped: !isWhole,
    wasRepaired: (repaired ?? late ?? { changedPixels: 0 }).changedPixels > 0,
  };
}

function worse({ across, down }: { readonly across: number; readonly down: number }): number {
  return Math.max(across, down);
}

function refuseTransparency({ width, height, data }: Raster, name: string): void {
  let transparent = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] < 255) transparent++;
  if (transparent === 0) return;
  throw new PixelsError(
    `Cannot make tiles of ${name}: ${transparent} of its ${width * height} pixels are transparent; give an opaque one`,
    { code: "invalid-argument", argument: "texture", value: transparent },
  );
}

/** How many places are tried in each direction. */
const mostPlaces = 9;

/** The part of `size` x `size` whose edges fit best, out of evenly spread ones; a smaller texture is repeated for it. */
function bestPart(texture: Raster, size: number): Raster {
  const offsets = (length: number) => {
    const room = Math.max(0, length - size);
    const count = Math.min(mostPlaces, room + 1);
    return Array.from({ length: count }, (_, index) => (count === 1 ? 0 : Math.round((room * index) / (count - 1))));
  };
  let best: { readonly part: Raster; readonly error: number } | undefined;
  for (const y of offsets(texture.height))
    for (const x of offsets(texture.width)) {
      const part = repeatedArea(texture, x, y, size, size);
      const error = worse(seamErrors(part));
      if (best === undefined || error < best.error) best = { part, error };
    }
  return best?.part ?? repeatedArea(texture, 0, 0, size, size);
}

/** Shifts a tile round so that the column and row that differ least from the one before come to meet at the edges. */
function shiftedToWeakestLines(tile: Raster): Raster {
  const { across, down } = lineSteps(tile);
  return repeatedArea(tile, indexOfLeast(across), indexOfLeast(down), tile.width, tile.height);
}

function indexOfLeast(values: Float64Array): number {
  // Sums of the same differences in another order may differ in their last bit.
  return values.reduce((best, value, index) => (value < values[best] - 1e-9 ? index : best), 0);
}
