import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPicture } from "#files";
import { type Generator, openSpriteGenerator } from "#generators";
import { openSqliteQueue } from "#jobs";
import { type Library, openLibrary } from "#library";
import { type Client, connectInProcess } from "#protocol";
import { type Daemon, startDaemon } from "#worker";
import { drawComparisonSheet } from "./draw-comparison-sheet.ts";
import { type ComparisonInput, planComparison } from "./plan-comparison.ts";
import { type ComparedJob, runComparison } from "./run-comparison.ts";
import { rankByVotes, viewComparison } from "./view-comparison.ts";

const clock = () => new Date();
let generator: Generator;
let library: Library;
let daemon: Daemon;
let client: Client;
let closeQueue = async () => {};

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-compare-"));
  library = await openLibrary(folder, { clock });
  const queue = await openSqliteQueue(join(folder, "queue.db"), { clock, randomId: randomUUID });
  closeQueue = () => queue.close();
  const models = fileURLToPath(new URL("../../../models/sprite", import.meta.url));
  generator = openSpriteGenerator({ folder: models, threads: 1 });
  daemon = await startDaemon({
    queue,
    library,
    generators: { sprite: { open: () => generator, slots: 1 } },
    name: "here",
    software: "test",
    clock,
  });
  client = await connectInProcess(daemon.service);
});
afterAll(async () => {
  await client.close();
  await daemon.close();
  await generator.close();
  await closeQueue();
  library.close();
});

const plan = (input: Partial<ComparisonInput>) =>
  planComparison(
    { prompts: ["red dragon"], seed: 7, contenders: [{ steps: 1 }, { steps: 2 }], ...input },
    { describe: () => generator.describe(), randomSeed: () => 99, newId: randomUUID },
  );
const collect = async (events: AsyncIterable<ComparedJob>) => {
  const all: ComparedJob[] = [];
  for await (const event of events) all.push(event);
  return all;
};

describe("planComparison", () => {
  it("makes a job for each contender and row, all of a contender together, in one group", async () => {
    const { comparison, jobs } = await plan({ prompts: ["red dragon", "blue potion"], seeds: 2, common: { size: 16 } });
    expect(comparison.contenders.map(({ label }) => label)).toEqual(["steps 1", "steps 2"]);
    expect(comparison.rows.map(({ prompt, seed }) => `${prompt} ${seed}`)).toEqual([
      "red dragon 7",
      "red dragon 8",
      "blue potion 7",
      "blue potion 8",
    ]);
    expect(jobs.map(({ order }) => order.request.steps)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(new Set(jobs.map(({ group }) => group))).toEqual(new Set([comparison.id]));
    expect(comparison.rows[2].jobs).toEqual([jobs[2].id, jobs[6].id]);
    expect(jobs.every(({ order }) => order.request.size === 16)).toBe(true);
  });

  it("lets as many contenders take turns as there are devices that load models", async () => {
    const { comparison, jobs } = await planComparison(
      { prompts: ["red dragon"], seed: 7, seeds: 2, contenders: [{ steps: 1 }, { steps: 2 }, { steps: 3 }] },
      {
        describe: async () => ({ ...(await generator.describe()), devices: 2 }),
        randomSeed: () => 99,
        newId: randomUUID,
      },
    );
    expect(jobs.map(({ order: { request } }) => [request.steps, request.seed])).toEqual([
      [1, 7],
      [2, 7],
      [1, 8],
      [2, 8],
      [3, 7],
      [3, 8],
    ]);
    expect(comparison.rows.map(({ jobs: ids }) => ids)).toEqual([
      [jobs[0].id, jobs[1].id, jobs[4].id],
      [jobs[2].id, jobs[3].id, jobs[5].id],
    ]);
  });

  it("lays out every value of one setting with every value of the other", async () => {
    const { comparison } = await plan({
      contenders: undefined,
      grid: { x: { setting: "steps", values: [1, 2, 4] }, y: { setting: "guidance", values: [1, 3] } },
    });
    expect(comparison.contenders.map(({ at }) => `${at?.x} / ${at?.y}`)).toEqual([
      "steps 1 / guidance 1",
      "steps 2 / guidance 1",
      "steps 4 / guidance 1",
      "steps 1 / guidance 3",
      "steps 2 / guidance 3",
      "steps 4 / guidance 3",
    ]);
  });

  it("knows a contender again by what decides its pictures, whatever it is called", async () => {
    const one = await plan({ contenders: [{ steps: 1, label: "quick" }, { steps: 2 }] });
    const other = await plan({ prompts: ["blue potion"], seed: 99, contenders: [{ steps: 1 }, { steps: 4 }] });
    expect(one.comparison.contenders[0].key).toBe(other.comparison.contenders[0].key);
    expect(one.comparison.contenders[1].key).not.toBe(other.comparison.contenders[1].key);
  });

  it.each([
    [{ contenders: [{ steps: 1 }] }, "Cannot compare 1 contenders: give 2 to 64"],
    [
      { contenders: [{ steps: 1 }, { steps: 1, label: "again" }] },
      "Cannot compare again with steps 1: they draw the same",
    ],
    [{ prompts: [] }, "Cannot compare without a prompt"],
    [{ seeds: 0 }, "Cannot compare with 0 seeds"],
    [{ seeds: 501 }, "Cannot compare in 1002 sprites: 1000 at most"],
    [{ contenders: [{ steps: 1 }, { steps: 1000 }] }, "Cannot use steps 1000"],
    [
      { contenders: undefined, grid: { x: { setting: "steps" as const, values: [] } } },
      "Cannot lay out a grid by steps: give its values",
    ],
    [
      {
        contenders: undefined,
        grid: { x: { setting: "steps" as const, values: [1] }, y: { setting: "steps" as const, values: [2] } },
      },
      "Cannot lay out a grid by steps twice",
    ],
    [{ grid: { x: { setting: "steps" as const, values: [1] } } }, "give either contenders or axes"],
  ])("refuses %j in one sentence, and draws nothing", async (input, sentence) => {
    await expect(plan(input as Partial<ComparisonInput>)).rejects.toThrow(sentence);
    expect(library.comparisons.list().comparisons).toEqual([]);
  });
});

describe("a comparison, from jobs to ranking", () => {
  it("draws each contender's sprites as one group, which votes rank and a sheet shows", async () => {
    const planned = await plan({ prompts: ["red dragon", "blue potion"], common: { size: 16 } });
    const ended = await collect(runComparison(planned, { library, queue: client }));
    expect(ended).toHaveLength(4);
    expect(ended.every(({ failure }) => failure === undefined)).toBe(true);

    const { id } = planned.comparison;
    const view = viewComparison(library, library.comparisons.get(id));
    expect(view.cells.flat().map(({ entry }) => [entry?.prompt, entry?.seed, entry?.steps])).toEqual([
      ["red dragon", 7, 1],
      ["red dragon", 7, 2],
      ["blue potion", 7, 1],
      ["blue potion", 7, 2],
    ]);

    for (const row of [0, 1]) library.comparisons.vote(id, { row, shown: [0, 1], winner: 1, isBlind: true });
    const ranks = rankByVotes(library);
    expect(ranks.map(({ label, won, shown }) => [label, won, shown])).toEqual([
      ["steps 2", 2, 2],
      ["steps 1", 0, 2],
    ]);
    expect(ranks[0].low).toBeLessThan(ranks[0].points);

    const voted = viewComparison(library, library.comparisons.get(id));
    const readRaster = ({ file }: { readonly file: string }) => readPicture(file);
    const sheet = await drawComparisonSheet(voted, { readRaster });
    const blind = await drawComparisonSheet(voted, { readRaster, isBlind: true });
    expect([sheet.width, sheet.height]).toEqual([180 + 2 * 140 + 12, 12 + 22 + 12 + 2 * (128 + 22 + 12)]);
    expect(blind.data).not.toEqual(sheet.data);
    // The sprite itself is in it, each of its pixels eight times as large.
    const sprite = await readPicture(String(view.cells[1][0].entry?.file));
    const top = 12 + 22 + 12 + 162;
    for (let pixel = 0; pixel < 256; pixel++) {
      const at = ((top + 8 * Math.floor(pixel / 16) + 3) * sheet.width + 180 + 8 * (pixel % 16) + 3) * 4;
      const expected =
        sprite.data[pixel * 4 + 3] === 0 ? [0x24, 0x28, 0x3b] : [...sprite.data.subarray(pixel * 4, pixel * 4 + 3)];
      expect([...sheet.data.subarray(at, at + 3)]).toEqual(expected);
    }
  });

  it("tells of a sprite that could not be drawn, and the others go on", async () => {
    const planned = await plan({ prompts: ["zzyzx", "red dragon"], common: { size: 16 } });
    const ended = await collect(runComparison(planned, { library, queue: client }));
    const failures = ended.filter(({ failure }) => failure !== undefined);
    expect(failures.map(({ row }) => row)).toEqual([0, 0]);
    expect(failures[0].failure).toContain("the model knows none of its words");
    expect(ended).toHaveLength(4);
    const view = viewComparison(library, library.comparisons.get(planned.comparison.id));
    expect(view.cells.map((cells) => cells.map(({ entry }) => entry !== undefined))).toEqual([
      [false, false],
      [true, true],
    ]);
    // A sheet of it can be drawn all the same.
    await drawComparisonSheet(view, { readRaster: ({ file }) => readPicture(file) });
  });

  it("cancels what has not ended when it is broken off, and keeps what has", async () => {
    const planned = await plan({ seeds: 6, common: { size: 16 } });
    const controller = new AbortController();
    const run = (async () => {
      for await (const _ of runComparison(planned, { library, queue: client, signal: controller.signal }))
        controller.abort(new Error("enough"));
    })();
    await expect(run).rejects.toThrow("enough");
    const { jobs } = await client.list({ group: planned.comparison.id });
    expect(jobs.some(({ state }) => state === "done")).toBe(true);
    await expect
      .poll(async () => (await client.counts({ group: planned.comparison.id })).counts.running, { timeout: 30_000 })
      .toBe(0);
    const { counts } = await client.counts({ group: planned.comparison.id });
    expect(counts.cancelled).toBeGreaterThan(0);
    expect(counts.queued).toBe(0);
    expect(library.comparisons.get(planned.comparison.id).rows).toHaveLength(6);
  });
});
