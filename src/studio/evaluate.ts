import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "#files";
import {
  contactSheet,
  drawSamples,
  type EvaluationFigures,
  EvaluationError,
  formatReference,
  makeReference,
  measureSamples,
  readDataset,
  readPrompts,
  readReference,
} from "#evaluation";
import { type Generator, openCritic } from "#generators";
import { encodePng } from "#pixels";
import { defaultFinishing } from "./order.ts";

export type EvaluateOptions = {
  /** The training dataset's folder: with it near copies are counted, and the real sprites measured anew. */
  readonly dataset?: string | undefined;
  /** Where figures are filed, beside those of other names. */
  readonly out?: string | undefined;
  /** Under which name. */
  readonly name?: string | undefined;
  /** A PNG of all sprites, a row a prompt. */
  readonly sheet?: string | undefined;
  readonly seeds?: number | undefined;
  /** Takes the first of the prompts only. */
  readonly prompts?: number | undefined;
  /** Takes the first of the held-out captions only. */
  readonly captions?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onDrawn?: ((drawn: number, all: number) => void) | undefined;
};

/** Measures a generator by the evaluation files of a model folder: prompts, classifier, and what is known of real sprites. */
export async function evaluate(
  generator: Generator,
  modelFolder: string,
  {
    dataset: datasetFolder,
    out,
    name = "shipped",
    sheet,
    seeds = 5,
    prompts: most,
    captions: mostCaptions,
    signal,
    onDrawn,
  }: EvaluateOptions,
): Promise<EvaluationFigures> {
  // Distances and kernels are means over pairs, so two is the least of what they are taken over.
  for (const [what, value, least] of [
    ["seeds", seeds, 2],
    ["prompts", most, 1],
    ["captions", mostCaptions, 2],
  ] as const)
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      throw new EvaluationError(
        "unsupported",
        `Cannot evaluate with ${what} ${value}: give a whole number from ${least}`,
      );
  const folder = join(modelFolder, "evaluation");
  const referenceFile = join(folder, "reference.json");
  const filed = out === undefined ? {} : await readFigures(out);
  const prompts = (await readPrompts(join(folder, "prompts.jsonl"))).slice(0, most);
  const critic = await openCritic(join(folder, "classifier.onnx"));
  try {
    const dataset = datasetFolder === undefined ? undefined : await readDataset(datasetFolder);
    let reference = await readReference(referenceFile);
    if (dataset !== undefined) {
      reference = await makeReference(dataset, critic, reference);
      await writeFileAtomically(referenceFile, formatReference(reference));
    }
    const texts = prompts.map(({ prompt }) => prompt);
    const captions = reference.heldOut.map(({ caption }) => caption).slice(0, mostCaptions);
    const samples = await drawSamples(generator, texts, captions, {
      seeds,
      finishing: defaultFinishing,
      signal,
      ...(onDrawn && { onDrawn }),
    });
    const figures = await measureSamples(samples, prompts, reference, critic, dataset);
    if (sheet !== undefined) {
      const columns = seeds * Math.max(1, Math.floor(24 / seeds));
      await writeFileAtomically(sheet, encodePng(contactSheet(samples.prompted.flat(), columns)));
    }
    if (out !== undefined)
      await writeFileAtomically(out, `${JSON.stringify({ ...filed, [name]: figures }, null, 2)}\n`);
    return figures;
  } finally {
    await critic.release();
  }
}

/** Figures that were filed before; none where there is no such file. */
async function readFigures(file: string): Promise<object> {
  try {
    const filed: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof filed === "object" && filed !== null) return filed;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return {};
  }
  throw new EvaluationError(
    "unreadable",
    `Cannot add to ${file}: it is not a JSON object; name another file with --out`,
  );
}
