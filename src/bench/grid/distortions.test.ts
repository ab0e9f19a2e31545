import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import { type Distorted, distort, distortions } from "./distortions.ts";

/** Every pixel of a colour of its own, a third of them transparent. */
function sprite(width: number, height: number): Raster {
  const raster = createRaster(width, height);
  for (let at = 0; at < width * height; at++)
    if ((at * 7) % 3 !== 0) raster.data.set([(at * 37) % 256, (at * 91) % 256, (at * 13) % 256, 255], at * 4);
  return raster;
}

const named = (name: string) => distortions.find((distortion) => distortion.name === name) ?? expect.unreachable();

/** The pixels in the middles of the cells that the truth tells of. */
function middles({ picture, x, y }: Distorted): number[] {
  const pixels = new Uint32Array(picture.data.slice().buffer);
  return Array.from({ length: x.count * y.count }, (_, index) => {
    const [column, row] = [index % x.count, Math.floor(index / x.count)];
    const left = Math.floor(x.start + (column + 0.5) * x.pitch);
    return pixels[Math.floor(y.start + (row + 0.5) * y.pitch) * picture.width + left];
  });
}

describe("distortions", () => {
  it("are at least forty, each of another name", () => {
    expect(distortions.length).toBeGreaterThanOrEqual(55);
    expect(new Set(distortions.map(({ name }) => name)).size).toBe(distortions.length);
  });

  it.each(distortions.map((distortion) => [distortion.name, distortion] as const))(
    "%s: the same seed spoils alike, another otherwise, and the truth fits the picture",
    (_name, distortion) => {
      const art = sprite(17, 14);
      const one = distort(art, distortion, "a");
      expect(distort(art, distortion, "a")).toEqual(one);
      const { picture, native, x, y } = one;
      expect([native.width, native.height]).toEqual([x.count, y.count]);
      for (const { cells, length } of [
        { cells: x, length: picture.width },
        { cells: y, length: picture.height },
      ]) {
        const end = cells.start + cells.count * cells.pitch;
        expect(Math.abs(cells.start)).toBeLessThanOrEqual(cells.pitch / 2 + 1e-9);
        expect(Math.abs(end - length)).toBeLessThanOrEqual(cells.pitch / 2 + 1e-9);
        expect(cells.pitch === 1 || cells.pitch >= 1.9).toBe(true);
      }
    },
  );

  it.each([
    "native",
    "nearest 6 to 8",
    "nearest fraction 3 to 6",
    "nearest, two factors",
    "nearest, cropped",
    "nearest fraction, cropped",
    "border",
    "border and fraction",
    "uneven lines",
    "nearest on a ground",
  ])("%s: the middles of the cells are the native pixels", (name) => {
    for (const seed of ["a", "b", "c"]) {
      const truth = distort(sprite(17, 14), named(name), seed);
      expect(middles(truth)).toEqual([...new Uint32Array(truth.native.data.slice().buffer)]);
    }
  });

  it("draws from the seed", () => {
    const sizes = ["a", "b", "c", "d"].map((seed) => distort(sprite(9, 9), named("nearest fraction 6 to 16"), seed));
    expect(new Set(sizes.map(({ picture }) => picture.width)).size).toBeGreaterThan(1);
  });
});
