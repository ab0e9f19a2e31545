import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readDataset } from "#evaluation";
import { decodePng, type Raster } from "#pixels";
import { type DrawnArt, drawArt } from "./drawn-art.ts";

/** A native sprite to spoil. */
export type Piece = { readonly name: string; readonly raster: Raster };

const folder = fileURLToPath(new URL("./sprites", import.meta.url));

const drawn: Readonly<Record<DrawnArt, readonly (readonly [width: number, height: number])[]>> = {
  landscape: [
    [64, 64],
    [96, 54],
    [80, 48],
  ],
  brickwork: [
    [32, 32],
    [48, 64],
    [24, 24],
  ],
  creature: [
    [16, 16],
    [24, 32],
    [48, 48],
    [64, 80],
  ],
  planet: [
    [48, 48],
    [64, 64],
    [128, 96],
    [40, 40],
  ],
  panel: [
    [64, 32],
    [128, 48],
    [56, 56],
  ],
  maze: [
    [31, 31],
    [63, 47],
    [101, 77],
    [23, 23],
  ],
  crates: [
    [64, 64],
    [50, 38],
    [28, 28],
  ],
  gem: [
    [16, 16],
    [32, 32],
    [45, 60],
    [96, 112],
  ],
};

/** The benchmark's own art: sprites of 16 and 32 pixels drawn by the embedded model, and art drawn by rules up to 128. */
export async function ownPieces(): Promise<readonly Piece[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".png")).toSorted();
  const sprites = await Promise.all(
    names.map(async (name) => ({ name, raster: decodePng(await readFile(`${folder}/${name}`)) })),
  );
  const art = Object.entries(drawn).flatMap(([name, sizes]) =>
    sizes.map(([width, height]) => ({
      name: `${name} ${width} x ${height}`,
      raster: drawArt(name as DrawnArt, width, height, "1"),
    })),
  );
  return [...sprites, ...art];
}

/** Every so manieth held-out sprite of the training dataset, none of which the weights were fitted on. */
const everyHeldOut = 6;

/** Whether the benchmark shows the held-out sprite of this index. */
export function isHeldOutPiece(index: number): boolean {
  return index % everyHeldOut === 0;
}

/** Held-out sprites of the training dataset that are native: some of its sprites were drawn at half their size. */
export async function heldOutPieces(folder: string): Promise<readonly Piece[]> {
  const { heldOut } = await readDataset(folder);
  return heldOut
    .filter(({ raster }, index) => isHeldOutPiece(index) && !isDoubled(raster))
    .map(({ id, raster }) => ({ name: id, raster }));
}

/** Every pixel at an even place is the same as its right and lower neighbours. */
export function isDoubled({ width, height, data }: Raster): boolean {
  const pixels = new Uint32Array(data.slice().buffer);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (pixels[y * width + x] !== pixels[(y & ~1) * width + (x & ~1)]) return false;
  return true;
}
