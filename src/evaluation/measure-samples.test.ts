import { describe, expect, it } from "vitest";
import type { Critic } from "#generators";
import { createRaster, type Raster } from "#pixels";
import type { Dataset } from "./dataset.ts";
import { measureSamples } from "./measure-samples.ts";
import { formatReference, makeReference, readReference } from "./reference.ts";

/** One pixel whose red says what the critic below sees in it. */
const dot = (red: number): Raster => createRaster(1, 1, Uint8ClampedArray.of(red, 0, 0, 255));

/** Sees a potion where red is 200 or more and a gem elsewhere, and the colour red where it is over 100. */
const critic: Critic = {
  judge: async (rasters) =>
    rasters.map(({ data }) => ({
      category: data[0] >= 200 ? 1 : 0,
      colors: Float32Array.of(data[0] > 100 ? 0.9 : 0.1, 0),
      features: Float32Array.from({ length: 128 }, (_, index) => (index === 0 ? data[0] / 255 : 1)),
    })),
  release: async () => {},
};

const sprite = (category: string, red: number, tags: readonly string[] = []) => ({
  id: `${category}${red}`,
  caption: category,
  category,
  tags,
  raster: dot(red),
});

const dataset: Dataset = {
  training: [
    ...[0, 255].map((red) => sprite("gem", red)),
    ...[200, 251].map((red) => sprite("potion", red)),
    sprite("potion", 0, ["composition"]),
  ],
  heldOut: [sprite("gem", 10), sprite("gem", 210), sprite("potion", 220)],
};
const classes = { categories: ["gem", "potion"], colors: ["red", "blue"] };

describe("makeReference", () => {
  it("measures real sprites, without compositions", async () => {
    const reference = await makeReference(dataset, critic, classes);
    expect(reference.categoryAccuracyReal).toEqual({ gem: 0.5, potion: 1 });
    // Root mean square over four values of which one differs, by 255 and by 51 of 255.
    expect(reference.spread.gem).toBeCloseTo(0.5, 6);
    expect(reference.spread.potion).toBeCloseTo(0.1, 6);
  });

  it("survives its file", async () => {
    const { mkdtemp, rm, writeFile } = await import("node:fs/promises");
    const folder = await mkdtemp("/tmp/reference-");
    const reference = await makeReference(dataset, critic, classes);
    await writeFile(`${folder}/reference.json`, formatReference(reference));
    expect(await readReference(`${folder}/reference.json`)).toEqual(reference);
    await rm(folder, { recursive: true });
    await expect(readReference(`${folder}/reference.json`)).rejects.toThrow("restore the file");
  });
});

describe("measureSamples", () => {
  it("has every figure of the definition", async () => {
    const reference = await makeReference(dataset, critic, classes);
    const figures = await measureSamples(
      {
        prompted: [
          [dot(0), dot(220)],
          [dot(250), dot(199)],
        ],
        heldOut: [10, 210, 220].map(dot),
      },
      [
        { prompt: "gem", category: "gem" },
        { prompt: "red potion", category: "potion", color: "red" },
      ],
      reference,
      critic,
      dataset,
    );
    expect(figures).toMatchObject({
      prompts: 2,
      seeds: 2,
      categoryAccuracy: 0.5,
      categoryAccuracyReal: 0.6667,
      colorAccuracy: 1,
      // 0 copies one, 250 and 199 lie within 8 of one; 220 does not.
      nearCopyPct: 75,
      orphanPixelPct: 100,
      colors: 1,
    });
    expect(figures.byCategory.gem).toEqual({
      prompts: 1,
      categoryAccuracy: 0.5,
      categoryAccuracyReal: 0.5,
      diversity: 0.8627,
    });
    expect(figures.byCategory.potion).toMatchObject({ categoryAccuracy: 0.5, colorAccuracy: 1, diversity: 1 });
    expect(figures.kid).toBeLessThan(1);
  });

  it("leaves out what it cannot know without the dataset", async () => {
    const reference = await makeReference(dataset, critic, classes);
    const samples = { prompted: [[dot(0), dot(1)]], heldOut: [0, 1].map(dot) };
    const figures = await measureSamples(samples, [{ prompt: "gem", category: "gem" }], reference, critic);
    expect(figures).not.toHaveProperty("nearCopyPct");
  });
});
