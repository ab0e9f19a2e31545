/**
 * Counts what a probability of grid recovery is worth, for the steps of `src/pixels/grid/confidence.ts`:
 *
 *     node src/bench/grid/fit/count-confidence.ts DATASET FIRST_SEED END_SEED
 *
 * On art that neither the weights were fitted on nor the benchmark shows: held-out sprites of the dataset which it leaves
 * out, and pictures of its painters from other seeds; besides, sprites of the embedded model that the fit has seen with
 * other distortions. A line for each picture, the probability and whether the size was right, then shares by steps.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDataset } from "#evaluation";
import { decodePng, gridGuess, type Raster } from "#pixels";
import { distort, distortions } from "../distortions.ts";
import { drawArt } from "../drawn-art.ts";
import { isDoubled, isHeldOutPiece } from "../pieces.ts";
import { type Random, randomFrom } from "../random.ts";
import { painters } from "./fit-art.ts";

/** Steps from the highest on, and how many pictures the model's own word weighs as much as. */
const steps = [0.999, 0.98, 0.9, 0.5, 0];
const wordWeight = 20;
/** Hard distortions are drawn so often, for doubt is rare elsewhere. */
const drawsOfHard = 3;

const [dataset, first, end] = process.argv.slice(2);
const { heldOut } = await readDataset(dataset);
const real = heldOut
  .filter(({ raster }, index) => !isHeldOutPiece(index) && !isDoubled(raster))
  .map(({ raster }) => raster);
const folder = fileURLToPath(new URL("./sprites", import.meta.url));
const names = (await readdir(folder)).toSorted();
const drawn = await Promise.all(names.map(async (name) => decodePng(await readFile(join(folder, name)))));

const counted = steps.map(() => ({ pictures: 0, right: 0, said: 0 }));
for (let seed = Number(first); seed < Number(end); seed++)
  for (const distortion of distortions)
    for (let draw = 0; draw < (distortion.isHard ? drawsOfHard : 1); draw++) {
      const name = `confidence ${seed} ${distortion.name} ${draw}`;
      const piece = pieceFrom(randomFrom(name), name);
      if (isOneColor(piece)) continue;
      const { picture, native } = distort(piece, distortion, name);
      const { width, height, probability } = gridGuess(picture);
      const isRight = width === native.width && height === native.height;
      process.stdout.write(`${probability.toFixed(6)} ${isRight ? 1 : 0} ${distortion.name}\n`);
      const step = counted[steps.findIndex((from) => probability >= from)];
      step.pictures++;
      step.said += probability;
      if (isRight) step.right++;
    }
for (const [index, { pictures, right, said }] of counted.entries()) {
  const model = said / pictures;
  const drawnIn = (right + wordWeight * model) / (pictures + wordWeight);
  process.stderr.write(
    `from ${steps[index]}: ${pictures} pictures, right ${(right / pictures).toFixed(4)}, ` +
      `model ${model.toFixed(4)}, confidence ${drawnIn.toFixed(4)}\n`,
  );
}

function pieceFrom(random: Random, seed: string): Raster {
  const oneOf = <Value>(values: readonly Value[]) => values[random.whole(0, values.length - 1)];
  const kind = random.between(0, 1);
  if (kind < 0.35) return oneOf(real);
  if (kind < 0.65) return oneOf(drawn);
  const width = random.whole(16, 128);
  const height = random.between(0, 1) < 0.5 ? width : random.whole(16, 128);
  return drawArt(oneOf(painters), width, height, seed);
}

function isOneColor({ data }: Raster): boolean {
  const pixels = new Uint32Array(data.slice().buffer);
  return pixels.every((pixel) => pixel === pixels[0]);
}
