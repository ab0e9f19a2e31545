import fc from "fast-check";
import { createRaster, type Raster } from "../raster.ts";
import type { Sprite } from "./atlas.ts";

/** Rasters of up to `most` pixels a side with opaque, transparent and partly transparent pixels, for property tests. */
export function anyRaster(most: number): fc.Arbitrary<Raster> {
  return fc.tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most })).chain(([width, height]) =>
    fc
      .array(fc.constantFrom(0, 0, 0xff0000ff, 0x00ff00ff, 0x0000ff80), {
        minLength: width * height,
        maxLength: width * height,
      })
      .map((pixels) => {
        const raster = createRaster(width, height);
        for (const [index, rgba] of pixels.entries())
          raster.data.set([rgba >>> 24, (rgba >> 16) & 255, (rgba >> 8) & 255, rgba & 255], index * 4);
        return raster;
      }),
  );
}

/** 1 to `count` sprites with different names. */
export function anySprites(count: number, most: number): fc.Arbitrary<Sprite[]> {
  return fc
    .array(anyRaster(most), { minLength: 1, maxLength: count })
    .map((rasters) => rasters.map((raster, index) => ({ name: `sprite-${index}`, raster })));
}
