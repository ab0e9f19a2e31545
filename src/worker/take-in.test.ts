import { expect, it, onTestFinished } from "vitest";
import { parseRequest } from "#asset";
import type { Job, JobQueue } from "#jobs";
import type { Library } from "#library";
import { spriteJobKind } from "#protocol";
import { createIntake } from "./take-in.ts";
import { makeSprite } from "./make-sprite.ts";
import { eventually, sampleGenerator } from "./sample-daemon.ts";

async function sampleSpritePng(): Promise<Uint8Array> {
  const generator = sampleGenerator();
  const request = parseRequest({ prompt: "gem", seed: 7, size: 8 });
  return (await makeSprite(generator, await generator.describe(request), request, [], { software: "test" })).png;
}

const doneJob = (id: string, png: Uint8Array): Job =>
  ({
    id,
    kind: spriteJobKind,
    state: "done",
    result: { png: Buffer.from(png).toString("base64"), width: 8, height: 8, colors: 1, seconds: 0.1, notes: [] },
  }) as unknown as Job;

function sampleIntake(jobs: readonly Job[], failures: number) {
  const delivered: string[] = [];
  const trouble: unknown[] = [];
  let left = failures;
  const library = {
    delivered: (job: string) => (delivered.includes(job) ? { id: job, entry: undefined } : undefined),
    deliver: async (job: string) => {
      if (left-- > 0) throw new Error("There is no room on the disk");
      delivered.push(job);
    },
  } as unknown as Library;
  const queue = { list: async () => ({ jobs, total: jobs.length }) } as unknown as JobQueue;
  const intake = createIntake(library, queue, (error) => trouble.push(error), 10);
  onTestFinished(() => intake.close());
  return { intake, delivered, trouble };
}

it("takes in what it could not take in at first as soon as it can", async () => {
  const job = doneJob("a", await sampleSpritePng());
  const { intake, delivered, trouble } = sampleIntake([job], 3);
  await intake.take(job);
  expect(delivered).toEqual([]);
  await eventually(() => expect(delivered).toEqual(["a"]));
  expect(trouble).toHaveLength(3);
});

it("passes over a result that cannot be read, and does not try it again", async () => {
  const jobs = [doneJob("broken", Uint8Array.of(1, 2, 3)), doneJob("sound", await sampleSpritePng())];
  const { intake, delivered, trouble } = sampleIntake(jobs, 0);
  await intake.takeAll();
  expect(delivered).toEqual(["sound"]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(trouble).toHaveLength(1);
});
