import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";

/** How far a training came: the mean loss of the steps before one of them. */
export type TrainingPoint = { readonly step: number; readonly seconds: number; readonly loss: number };

/** A run of `python -m sprite_model.train`, as its folder tells of it. */
export type TrainingRun = {
  /** Its folder, from the folder of runs. */
  readonly name: string;
  readonly folder: string;
  readonly changed: Date;
  /** In the order of steps; one at least. */
  readonly points: readonly TrainingPoint[];
};

const lossesFile = "losses.jsonl";
const pointSchema = z.object({ step: z.number(), seconds: z.number(), loss: z.number() });
/** Of a run of days; a longer file is none of ours. */
const mostBytes = 16 * 1024 * 1024;
/** A command that makes everything keeps its runs in a folder of its own. */
const mostFoldersDeep = 2;

/** The runs in a folder and the folders in it, the latest first; none where there is no such folder. */
export async function readTrainingRuns(folder: string): Promise<readonly TrainingRun[]> {
  const runs = await runsIn(folder, folder, 0);
  return runs.toSorted((one, other) => other.changed.getTime() - one.changed.getTime());
}

async function runsIn(root: string, folder: string, depth: number): Promise<readonly TrainingRun[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const own = entries.some(({ name }) => name === lossesFile) ? await readRun(root, folder) : undefined;
  const below =
    depth === mostFoldersDeep
      ? []
      : await Promise.all(
          entries.filter((entry) => entry.isDirectory()).map(({ name }) => runsIn(root, join(folder, name), depth + 1)),
        );
  return [...(own === undefined ? [] : [own]), ...below.flat()];
}

/** Nothing where the file cannot be read or says nothing yet. */
async function readRun(root: string, folder: string): Promise<TrainingRun | undefined> {
  const file = join(folder, lossesFile);
  try {
    const { size, mtime } = await stat(file);
    if (size > mostBytes) return undefined;
    const points = pointsOf(await readFile(file, "utf8"));
    if (points.length === 0) return undefined;
    return { name: relative(root, folder) || ".", folder, changed: mtime, points };
  } catch {
    return undefined;
  }
}

/** A run that was resumed went back to a step that it had been at; what came after that the first time is dropped. */
function pointsOf(text: string): readonly TrainingPoint[] {
  const points: TrainingPoint[] = [];
  for (const line of text.split("\n")) {
    const point = readPoint(line);
    if (point === undefined) continue;
    while ((points.at(-1)?.step ?? -1) >= point.step) points.pop();
    points.push(point);
  }
  return points;
}

/** Nothing for a line that is still being written. */
function readPoint(line: string): TrainingPoint | undefined {
  try {
    return pointSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
