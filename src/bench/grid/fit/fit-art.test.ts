import { expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import { randomFrom } from "../random.ts";
import { fitPiece, fitSoftPicture } from "./fit-art.ts";

/** A disc of many colours on transparency. */
function sprite(side: number): Raster {
  const raster = createRaster(side, side);
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [(at % side) - side / 2, Math.floor(at / side) - side / 2];
    if (x * x + y * y < (side * side) / 6) raster.data.set([(at * 7) % 256, (at * 31) % 256, 90, 255], at * 4);
  }
  return raster;
}

it("gives native art of many kinds and sizes, the same for the same seed", () => {
  const sprites = { real: [sprite(32)], drawn: [sprite(16)] };
  const sizes = new Set<string>();
  for (let seed = 0; seed < 120; seed++) {
    const piece = fitPiece(sprites, randomFrom(`art ${seed}`), `${seed}`);
    expect(fitPiece(sprites, randomFrom(`art ${seed}`), `${seed}`)).toEqual(piece);
    const { width, height, data } = piece;
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(6);
    expect(Math.max(width, height)).toBeLessThanOrEqual(128);
    expect(data.some((value) => value > 0)).toBe(true);
    sizes.add(`${width} ${height}`);
  }
  expect(sizes.size).toBeGreaterThan(40);
});

it("gives soft pictures in which nothing changes from one pixel to the next but by JPEG's blocks", () => {
  const sprites = { real: [sprite(32)], drawn: [sprite(16)] };
  for (let seed = 0; seed < 12; seed++) {
    const soft = () => fitSoftPicture(sprites, randomFrom(`soft ${seed}`), `${seed}`);
    const { width, height, data } = soft();
    expect(soft()).toEqual({ width, height, data });
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(96);
    const steps: number[] = [];
    for (let at = 4; at < data.length; at += 4) {
      expect(data[at + 3]).toBe(255);
      if ((at / 4) % width !== 0) steps.push(Math.abs(data[at] - data[at - 4]));
    }
    expect(steps.reduce((sum, step) => sum + step, 0) / steps.length).toBeLessThan(12);
  }
});
