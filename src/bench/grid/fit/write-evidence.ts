/**
 * Writes what grid recovery sees of spoiled art whose grid is known, for `python/grid_model/fit.py`:
 *
 *     node src/bench/grid/fit/write-evidence.ts DATASET OUT FIRST_SEED END_SEED
 *
 * 32-bit floats, little-endian; for each picture how many follow, the distortion's number, width and height; then for
 * each axis the number of candidates, the true count, pitch and start, and for each candidate its count, pitch, start and
 * evidence.
 */
import { createWriteStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDataset } from "#evaluation";
import { decodePng, gridEvidence } from "#pixels";
import { type Distorted, distort, distortions } from "../distortions.ts";
import { isDoubled } from "../pieces.ts";
import { randomFrom } from "../random.ts";
import { fitPiece, fitSoftPicture } from "./fit-art.ts";

const [dataset, out, first, end] = process.argv.slice(2);
const { training } = await readDataset(dataset);
const folder = fileURLToPath(new URL("./sprites", import.meta.url));
const names = (await readdir(folder)).toSorted();
const sprites = {
  real: training.map(({ raster }) => raster).filter((raster) => !isDoubled(raster)),
  drawn: await Promise.all(names.map(async (name) => decodePng(await readFile(join(folder, name))))),
};
const stream = createWriteStream(out);
/** Ways that leave a pixel a cell are few, and to hurt native art is the worst of mistakes: of them more is drawn. */
const drawsOfNative = 4;
const ways = distortions.flatMap((distortion, index) => {
  const draws = distortion.name.startsWith("native") ? drawsOfNative : 1;
  return Array.from({ length: draws }, (_, draw) => ({ distortion, index, draw }));
});
/** Pictures without cells, which are their own native size. */
const drawsOfSoft = 5;

for (let seed = Number(first); seed < Number(end); seed++) {
  for (const { distortion, index, draw } of ways) {
    const name = `${seed} ${distortion.name} ${draw}`;
    const piece = fitPiece(sprites, randomFrom(`fit art ${name}`), `fit ${name}`);
    await write(index, distort(piece, distortion, `fit ${name}`));
  }
  for (let draw = 0; draw < drawsOfSoft; draw++) {
    const picture = fitSoftPicture(sprites, randomFrom(`fit soft ${seed} ${draw}`), `fit soft ${seed} ${draw}`);
    const cells = (count: number) => ({ count, pitch: 1, start: 0 });
    await write(distortions.length, { picture, x: cells(picture.width), y: cells(picture.height) });
  }
}
stream.end();

async function write(index: number, { picture, x, y }: Pick<Distorted, "picture" | "x" | "y">): Promise<void> {
  const seen = gridEvidence(picture);
  const numbers = [index, picture.width, picture.height];
  for (const [truth, candidates] of [
    [x, seen.x],
    [y, seen.y],
  ] as const) {
    numbers.push(candidates.length, truth.count, truth.pitch, truth.start);
    for (const { count, pitch, start, evidence } of candidates) numbers.push(count, pitch, start, ...evidence);
  }
  const record = Float32Array.from([numbers.length, ...numbers]);
  if (!stream.write(new Uint8Array(record.buffer))) await new Promise((resolve) => stream.once("drain", resolve));
}
