import { createRaster, type Raster } from "../raster.ts";

/** How a disk is drawn, for tests. */
export type Disk = {
  readonly size?: number;
  /** 0xrrggbb from dark to light. */
  readonly ramp?: readonly number[];
  /** Towards the light; y counts downwards. */
  readonly light?: readonly [x: number, y: number];
  /** Undefined for none. */
  readonly outline?: number | undefined;
  readonly alpha?: number;
};

export const greenRamp = [0x2f6f2f, 0x3f8f3f, 0x5fb05f, 0x8fd08f];

/** A ball shaded by how far each pixel faces the light, in a line of 4 neighbours. */
export function disk(options: Disk = {}): Raster {
  const { size = 20, ramp = greenRamp, light = [-1, -1], outline, alpha = 255 } = options;
  const raster = createRaster(size, size);
  const middle = (size - 1) / 2;
  const radius = size / 2 - 2;
  const isInside = (x: number, y: number) => Math.hypot(x - middle, y - middle) <= radius;
  const length = Math.hypot(...light) || 1;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      let rgb: number | undefined;
      if (isInside(x, y)) {
        const facing = ((x - middle) * light[0] + (y - middle) * light[1]) / length / radius;
        rgb = ramp[Math.min(ramp.length - 1, Math.max(0, Math.floor(((facing + 1) / 2) * ramp.length)))];
      } else if (
        outline !== undefined &&
        (isInside(x - 1, y) || isInside(x + 1, y) || isInside(x, y - 1) || isInside(x, y + 1))
      )
        rgb = outline;
      if (rgb !== undefined) raster.data.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, alpha], (y * size + x) * 4);
    }
  return raster;
}
