import { describe, expect, it } from "vitest";
import { pixelNoise } from "../animate/whole-pixels.ts";
import { createRaster, type Raster } from "../raster.ts";
import { layOutGrid } from "../sheet/lay-out-grid.ts";
import { disk } from "./shaded-pictures.ts";
import { tileSize } from "./tile-size.ts";

/** A tile of patches in two colours, each tile other ones. */
function tile(index: number, width = 16, height = 16): Raster {
  const raster = createRaster(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = 60 + index * 20 + (pixelNoise(x >> 2, y >> 2, index) > 0.5 ? 10 : 0);
      raster.data.set([value, 255 - value, index * 9, 255], (y * width + x) * 4);
    }
  return raster;
}

const tiles = (count: number, width?: number, height?: number) =>
  Array.from({ length: count }, (_, index) => tile(index % 9, width, height));

describe("tileSize", () => {
  it.each([
    ["touching", 0],
    ["1 px apart", 1],
    ["2 px apart", 2],
  ])("finds tiles that are %s", (_name, padding) => {
    expect(tileSize(layOutGrid(tiles(32), { columns: 8, padding }).raster)).toEqual({ width: 16, height: 16 });
  });

  it("finds tiles that are not square", () => {
    expect(tileSize(layOutGrid(tiles(48, 16, 24), { columns: 8 }).raster)).toEqual({ width: 16, height: 24 });
  });

  it("finds the square frames of a strip", () => {
    const frames = Array.from({ length: 8 }, () => disk({ size: 16 }));
    expect(tileSize(layOutGrid(frames).raster)).toEqual({ width: 16, height: 16 });
  });

  it("finds none in a single picture, in a flat one, or in noise", () => {
    expect(tileSize(disk({ size: 64 }))).toBeUndefined();
    expect(tileSize(createRaster(64, 64, new Uint8ClampedArray(64 * 64 * 4).fill(255)))).toBeUndefined();
    const noise = createRaster(64, 64);
    for (let pixel = 0; pixel < 4096; pixel++)
      noise.data.set([pixelNoise(pixel, 0, 1) > 0.5 ? 200 : 20, 0, 0, 255], pixel * 4);
    expect(tileSize(noise)).toBeUndefined();
    expect(tileSize(createRaster(1, 1))).toBeUndefined();
  });
});
