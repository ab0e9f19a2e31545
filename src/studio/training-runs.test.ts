import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readTrainingRuns } from "./training-runs.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-r-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function writeRun(name: string, text: string, changed = new Date(0)): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, "losses.jsonl"), text);
  await utimes(join(folder, name, "losses.jsonl"), changed, changed);
}
const line = (step: number, loss: number) => `{"step": ${step}, "seconds": ${step / 2}, "loss": ${loss}}\n`;

it("finds runs in the folder and below, the latest first", async () => {
  await writeRun("small", line(10, 0.5), new Date("2026-01-02"));
  await writeRun("whole/teacher", line(10, 0.4) + line(20, 0.3), new Date("2026-01-03"));
  await writeRun("empty", "");
  const runs = await readTrainingRuns(folder);
  expect(runs.map(({ name }) => name)).toEqual([join("whole", "teacher"), "small"]);
  expect(runs[0]).toMatchObject({
    folder: join(folder, "whole", "teacher"),
    points: [
      { step: 10, seconds: 5, loss: 0.4 },
      { step: 20, seconds: 10, loss: 0.3 },
    ],
  });
});

it("follows a run that was resumed, and leaves out a line that is being written", async () => {
  await writeRun("run", `${line(10, 0.5)}${line(20, 0.4)}${line(30, 0.9)}${line(20, 0.39)}${line(40, 0.3)}{"step": 5`);
  const [run] = await readTrainingRuns(folder);
  expect(run?.points.map(({ step, loss }) => [step, loss])).toEqual([
    [10, 0.5],
    [20, 0.39],
    [40, 0.3],
  ]);
});

it("is none where there is no folder", async () => {
  expect(await readTrainingRuns(join(folder, "nowhere"))).toEqual([]);
});
