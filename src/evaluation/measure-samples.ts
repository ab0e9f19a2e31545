import type { Critic } from "#generators";
import { countColors, type Raster } from "#pixels";
import { namedColors } from "./color-names.ts";
import type { Dataset } from "./dataset.ts";
import { kernelDistance } from "./kernel-distance.ts";
import { findNearCopies } from "./near-copies.ts";
import { meanDistance, orphanShare } from "./pixel-figures.ts";
import type { EvaluationPrompt } from "./prompts.ts";
import type { Reference } from "./reference.ts";

/** Shares are 0..1; figures with "Pct" are percentages. A figure that cannot be had is absent. */
export type CategoryFigures = {
  readonly prompts: number;
  readonly categoryAccuracy: number;
  readonly categoryAccuracyReal?: number;
  readonly colorAccuracy?: number;
  readonly diversity?: number;
};

export type EvaluationFigures = {
  readonly prompts: number;
  readonly seeds: number;
  /** Share of the sprites that the classifier puts into their prompt's category. */
  readonly categoryAccuracy: number;
  /** The same for held-out real sprites. */
  readonly categoryAccuracyReal: number;
  /** Share of the sprites of prompts with a colour in which the classifier finds it. */
  readonly colorAccuracy: number;
  /** Share of the held-out sprites' colours that the classifier finds. */
  readonly colorAccuracyReal: number;
  /** Share of the sprites of prompts with a colour that it takes a quarter of, counted in the pixels themselves. */
  readonly colorAccuracyByPixels: number;
  /** Kernel distance of sprites drawn from the held-out captions to the held-out sprites, times 1000. */
  readonly kid: number;
  /** Mean distance between seeds of a prompt over that between real sprites of its category. */
  readonly diversity: number;
  /** Sprites that nearly copy a training sprite; only with the dataset at hand. */
  readonly nearCopyPct?: number;
  readonly orphanPixelPct: number;
  /** Median number of colours of a sprite. */
  readonly colors: number;
  readonly byCategory: Readonly<Record<string, CategoryFigures>>;
};

export type Samples = {
  /** For each prompt, one sprite a seed. */
  readonly prompted: readonly (readonly Raster[])[];
  /** For each held-out caption, one sprite. */
  readonly heldOut: readonly Raster[];
};

/** All figures of drawn samples, in the order of the prompts and of the reference's captions. */
export async function measureSamples(
  samples: Samples,
  prompts: readonly EvaluationPrompt[],
  reference: Reference,
  critic: Critic,
  dataset?: Dataset,
): Promise<EvaluationFigures> {
  const all = samples.prompted.flat();
  const seeds = samples.prompted[0].length;
  const critiques = await critic.judge(all);
  const verdicts = critiques.map(({ category, colors }, index) => {
    const { category: wanted, color } = prompts[Math.floor(index / seeds)];
    return {
      category: wanted,
      isRight: reference.categories[category] === wanted,
      hasColor: color && colors[reference.colors.indexOf(color)] >= reference.colorThreshold,
      hasPixels: color && (namedColors(all[index]) as readonly string[]).includes(color),
    };
  });
  const diversities = prompts.map(({ category }, index) => ({
    category,
    ratio: meanDistance(samples.prompted[index]) / reference.spread[category],
  }));
  const drawnFeatures = (await critic.judge(samples.heldOut)).map(({ features }) => features);

  const byCategory: Record<string, CategoryFigures> = {};
  for (const category of reference.categories) {
    const own = verdicts.filter((verdict) => verdict.category === category);
    if (own.length === 0) continue;
    const ratios = diversities.filter((entry) => entry.category === category).map(({ ratio }) => ratio);
    byCategory[category] = {
      prompts: own.length / seeds,
      categoryAccuracy: rounded(mean(own.map(({ isRight }) => Number(isRight)))),
      ...(category in reference.categoryAccuracyReal && {
        categoryAccuracyReal: rounded(reference.categoryAccuracyReal[category]),
      }),
      ...(own.some(({ hasColor }) => hasColor !== undefined) && {
        colorAccuracy: rounded(shareOf(own.map(({ hasColor }) => hasColor))),
      }),
      ...(category in reference.spread && { diversity: rounded(mean(ratios)) }),
    };
  }
  const copies =
    dataset &&
    findNearCopies(
      all,
      dataset.training.map(({ raster }) => raster),
    );
  return {
    prompts: prompts.length,
    seeds,
    categoryAccuracy: rounded(mean(verdicts.map(({ isRight }) => Number(isRight)))),
    categoryAccuracyReal: rounded(
      mean(reference.heldOut.map(({ category }) => reference.categoryAccuracyReal[category])),
    ),
    colorAccuracy: rounded(shareOf(verdicts.map(({ hasColor }) => hasColor))),
    colorAccuracyReal: rounded(reference.colorAccuracyReal),
    colorAccuracyByPixels: rounded(shareOf(verdicts.map(({ hasPixels }) => hasPixels))),
    kid: rounded(1000 * kernelDistance(reference.features, drawnFeatures)),
    diversity: rounded(mean(diversities.map(({ ratio }) => ratio))),
    ...(copies && { nearCopyPct: rounded(100 * mean(copies.map(Number))) }),
    orphanPixelPct: rounded(100 * orphanShare(all)),
    colors: all.map(countColors).toSorted((a, b) => a - b)[all.length >> 1],
    byCategory,
  };
}

/** The share of true among the known. */
function shareOf(values: readonly unknown[]): number {
  return mean(values.filter((value) => value !== undefined).map(Number));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
