import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Critic } from "#generators";
import { namedColors } from "./color-names.ts";
import type { Dataset } from "./dataset.ts";
import { EvaluationError } from "./evaluation-error.ts";
import { meanDistance } from "./pixel-figures.ts";

const referenceSchema = z.strictObject({
  categories: z.array(z.string()),
  colors: z.array(z.string()),
  heldOut: z.array(z.strictObject({ caption: z.string(), category: z.string() })),
  /** Little-endian float32, held-out sprites x width, in base64. */
  features: z.string(),
  categoryAccuracyReal: z.record(z.string(), z.number()),
  /** The classifier sees a colour from this probability on: there it misses as often as it errs on held-out sprites. */
  colorThreshold: z.number(),
  /** The share of the held-out sprites' colours that it sees then. */
  colorAccuracyReal: z.number(),
  /** Mean distance between two real sprites of a category. */
  spread: z.record(z.string(), z.number()),
});

type StoredReference = z.infer<typeof referenceSchema>;

/** What is known of real sprites: the classifier's classes and what it makes of the held-out set. */
export type Reference = Omit<StoredReference, "features"> & { readonly features: readonly Float32Array[] };

const featureWidth = 128;
const mostForSpread = 200;

export async function readReference(file: string): Promise<Reference> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new EvaluationError("unreadable", `Cannot read ${file}: ${cause.code}; restore the file`, { cause });
  });
  const stored = referenceSchema.parse(JSON.parse(text));
  const bytes = Buffer.from(stored.features, "base64");
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const features = stored.heldOut.map((_, index) => values.slice(index * featureWidth, (index + 1) * featureWidth));
  return { ...stored, features };
}

/** Measures the held-out sprites anew, for a classifier or a dataset that has changed. */
export async function makeReference(
  dataset: Dataset,
  critic: Critic,
  { categories, colors }: Pick<Reference, "categories" | "colors">,
): Promise<Reference> {
  const critiques = await critic.judge(dataset.heldOut.map(({ raster }) => raster));
  const heldOut = dataset.heldOut.map(({ caption, category }) => ({ caption, category }));
  const labels = dataset.heldOut.map(({ raster }) => namedColors(raster) as readonly string[]);
  const categoryAccuracyReal: Record<string, number> = {};
  const spread: Record<string, number> = {};
  for (const category of categories) {
    const own = critiques.filter((_, index) => heldOut[index].category === category);
    const right = own.filter((critique) => categories[critique.category] === category);
    if (own.length > 0) categoryAccuracyReal[category] = right.length / own.length;
    // Compositions are put together from the same parts and would make their category look alike.
    const drawn = dataset.training.filter(
      (sprite) => sprite.category === category && !sprite.tags.includes("composition"),
    );
    const stride = Math.max(1, Math.floor(drawn.length / mostForSpread));
    const chosen = drawn.filter((_, index) => index % stride === 0).slice(0, mostForSpread);
    if (chosen.length > 1) spread[category] = meanDistance(chosen.map(({ raster }) => raster));
  }
  return {
    categories,
    colors,
    heldOut,
    features: critiques.map(({ features }) => features),
    categoryAccuracyReal,
    ...calibrate(
      critiques.flatMap((critique, index) =>
        colors.map((color, place) => ({ probability: critique.colors[place], isThere: labels[index].includes(color) })),
      ),
    ),
    spread,
  };
}

/** The threshold at which as many colours are seen as there are, so that precision equals recall. */
function calibrate(sightings: readonly { readonly probability: number; readonly isThere: boolean }[]) {
  const there = sightings.filter(({ isThere }) => isThere).length;
  const likeliest = sightings.toSorted((a, b) => b.probability - a.probability).slice(0, there);
  return {
    colorThreshold: likeliest.at(-1)?.probability ?? 0.5,
    colorAccuracyReal: there === 0 ? 0 : likeliest.filter(({ isThere }) => isThere).length / there,
  };
}

/** A reference as the text of its file. */
export function formatReference({ features, ...rest }: Reference): string {
  const bytes = Buffer.concat(features.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength)));
  const stored: StoredReference = { ...rest, features: bytes.toString("base64") };
  return `${JSON.stringify(stored)}\n`;
}
