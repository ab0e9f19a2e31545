import { expect, it } from "vitest";
import sharp from "sharp";
import { createRaster, type Raster } from "#pixels";
import { jpegLoss } from "./jpeg-loss.ts";

function stripes(width: number, height: number): Raster {
  const raster = createRaster(width, height);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const color = (Math.floor(x / 5) + Math.floor(y / 7)) % 3;
    raster.data.set([color * 110 + 20, 200 - color * 80, (x * 3) % 256, 255], at * 4);
  }
  return raster;
}

function meanDifference(first: Uint8ClampedArray | Uint8Array, second: Uint8ClampedArray): number {
  return second.reduce((sum, value, at) => sum + Math.abs(value - first[at]), 0) / second.length;
}

it("loses what a JPEG file of that quality loses, to a fraction of it", async () => {
  const picture = stripes(61, 43);
  for (const quality of [95, 80, 60]) {
    const ours = jpegLoss(picture, quality);
    const file = await sharp(picture.data, { raw: { width: 61, height: 43, channels: 4 } })
      .removeAlpha()
      .jpeg({ quality, chromaSubsampling: "4:2:0" })
      .toBuffer();
    const real = await sharp(file).ensureAlpha().raw().toBuffer();
    const loss = meanDifference(real, picture.data);
    expect(meanDifference(ours.data, picture.data) / loss).toBeGreaterThan(0.7);
    expect(meanDifference(ours.data, picture.data) / loss).toBeLessThan(1.3);
    expect(meanDifference(real, ours.data) / loss).toBeLessThan(0.4);
  }
});

it("keeps one colour, to rounding", () => {
  const flat = createRaster(20, 20, new Uint8ClampedArray(1600).fill(255));
  expect(meanDifference(jpegLoss(flat, 75).data, flat.data)).toBeLessThan(1.5);
});
