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
import { distort, distortions } from "../distortions.ts";
import { isDoubled } from "../pieces.ts";
import { randomFrom } from "../random.ts";
import { fitPiece } from "./fit-art.ts";

const [dataset, out, first, end] = process.argv.slice(2);
const { training } = await readDataset(dataset);
const folder = fileURLToPath(new URL("./sprites", import.meta.url));
const names = (await readdir(folder)).toSorted();
const sprites = {
  real: training.map(({ raster }) => raster).filter((raster) => !isDoubled(raster)),
  drawn: await Promise.all(names.map(async (name) => decodePng(await readFile(join(folder, name))))),
};
const stream = createWriteStream(out);
for (let seed = Number(first); seed < Number(end); seed++)
  for (const [index, distortion] of distortions.entries()) {
    const random = randomFrom(`fit art ${distortion.name} ${seed}`);
    const piece = fitPiece(sprites, random, `fit ${seed} ${distortion.name}`);
    const { picture, x, y } = distort(piece, distortion, `fit ${seed}`);
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
stream.end();
