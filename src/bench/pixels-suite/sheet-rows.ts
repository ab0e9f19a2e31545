import { createRaster, packAtlas, type Sprite, unpackAtlas } from "#pixels";
import { numbers } from "./invented-pictures.ts";
import type { PixelsRow } from "./row.ts";

/** Atlases: `count` sprites of 8 to 32 pixels a side with a transparent border, all different. */
export function sheetRows(count = 1000): readonly PixelsRow[] {
  return [
    {
      name: `packAtlasOf${count}`,
      prepare() {
        const sprites = inventSprites(count);
        return () => packAtlas(sprites);
      },
      figures() {
        const { raster, frames } = packAtlas(inventSprites(count));
        const area = frames.reduce((sum, { width, height }) => sum + width * height, 0);
        return { [`atlasOf${count}FilledPercent`]: Math.round((1000 * area) / (raster.width * raster.height)) / 10 };
      },
    },
    {
      name: `unpackAtlasOf${count}`,
      prepare() {
        const { raster, frames } = packAtlas(inventSprites(count));
        return () => unpackAtlas(raster, frames);
      },
    },
  ];
}

function inventSprites(count: number): Sprite[] {
  const random = numbers(4);
  return Array.from({ length: count }, (_, index) => {
    const width = 8 + Math.floor(random() * 25);
    const height = 8 + Math.floor(random() * 25);
    const raster = createRaster(width, height);
    for (let y = 1; y < height - 1; y++)
      for (let x = 1; x < width - 1; x++)
        raster.data.set([random() * 256, random() * 256, random() * 256, 255], (y * width + x) * 4);
    return { name: `sprite-${index}`, raster };
  });
}
