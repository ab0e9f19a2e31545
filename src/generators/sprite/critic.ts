import { readFile } from "node:fs/promises";
import type { Raster } from "#pixels";
import { GeneratorError } from "../generator-error.ts";
import { planesFromRaster } from "./planes.ts";

/** What the small classifier sees in a sprite. */
export type Critique = {
  /** Index of the likeliest category. */
  readonly category: number;
  /** Probability of each colour family. */
  readonly colors: Float32Array;
  /** The last hidden layer, in which sets of sprites are compared. */
  readonly features: Float32Array;
};

/** The classifier that judges what a generator draws; it was trained on real sprites alone. */
export type Critic = {
  judge(rasters: readonly Raster[]): Promise<readonly Critique[]>;
  release(): Promise<void>;
};

const canvas = 32;

/**
 * Opens the classifier from its ONNX file. It runs on the calling thread, which is right for a batch job that has nothing
 * else to do. Sprites must be 32 px, or of a size that 32 is a multiple of.
 */
export async function openCritic(file: string): Promise<Critic> {
  const { default: onnx } = await import("onnxruntime-node");
  const bytes = await readFile(file).catch((cause) => {
    throw new GeneratorError("model-missing", `Cannot read the classifier ${file}: ${cause.code}; restore the file`, {
      cause,
    });
  });
  const session = await onnx.InferenceSession.create(bytes, { executionProviders: ["cpu"], logSeverityLevel: 3 });
  return {
    async judge(rasters) {
      const critiques: Critique[] = [];
      for (const raster of rasters) {
        const image = new onnx.Tensor("float32", planesFromRaster(raster, canvas / raster.width), [
          1,
          4,
          canvas,
          canvas,
        ]);
        const { category, colour, features } = await session.run({ image });
        critiques.push({
          category: indexOfMost(category.data as Float32Array),
          colors: (colour.data as Float32Array).map((logit) => 1 / (1 + Math.exp(-logit))),
          features: features.data as Float32Array,
        });
      }
      return critiques;
    },
    release: () => session.release(),
  };
}

function indexOfMost(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > values[best] ? index : best), 0);
}
