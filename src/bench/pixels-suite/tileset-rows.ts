import {
  checkSeams,
  createRaster,
  drawTileset,
  fitTexture,
  type Raster,
  repairSeams,
  type TilesetOptions,
} from "#pixels";
import { inventPicture, numbers } from "./invented-pictures.ts";
import type { PixelsRow } from "./row.ts";

const options: TilesetOptions = { kind: "blob", seed: 1, edge: "outline" };

/** A blob set of two textures, without their generation; and the repair of a texture. */
export function tilesetRows(size = 16): readonly PixelsRow[] {
  const draw = () => drawTileset(inventGrain(size, 1, 0x2050a0), inventGrain(size, 2, 0x3c8c3c), options);
  return [
    { name: `blobTileset${size}px`, prepare: () => draw },
    {
      name: `checkBlobTileset${size}px`,
      prepare() {
        const tileset = draw();
        return () => checkSeams(tileset);
      },
      figures() {
        const { pairs, worst, bad } = checkSeams(draw());
        return {
          blobTilesetPairs: pairs.length,
          blobTilesetWorstSeamError: rounded(worst),
          blobTilesetBad: bad.length,
        };
      },
    },
    {
      name: `fitTexture${2 * size}To${size}px`,
      prepare() {
        const texture = inventPicture(2 * size);
        return () => fitTexture(texture, size);
      },
    },
    {
      name: `repairSeams${2 * size}px`,
      prepare() {
        const texture = inventPicture(2 * size);
        return () => repairSeams(texture);
      },
    },
  ];
}

/** Grain about one colour, in five shades of it. */
function inventGrain(size: number, seed: number, rgb: number): Raster {
  const random = numbers(seed);
  const raster = createRaster(size, size);
  for (let at = 0; at < raster.data.length; at += 4) {
    const shade = 0.7 + Math.floor(random() * 5) * 0.12;
    raster.data.set([(rgb >> 16) * shade, ((rgb >> 8) & 255) * shade, (rgb & 255) * shade, 255], at);
  }
  return raster;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
