import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { GeneratorError } from "../generator-error.ts";
import type { Vocabulary } from "./vocabulary.ts";

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  canvas: z.int().positive(),
  maxWords: z.int().positive(),
  vectorDimensions: z.int().positive(),
  wordVectors: z.object({ file: z.string(), encoding: z.literal("int8-rows"), rows: z.int().positive() }),
  words: z.string(),
  captionWords: z.string(),
  denoiser: z.string(),
  /** The second stage, for sizes beyond the canvas: its network, and rounds of deciding. */
  enlarger: z.object({ file: z.string(), steps: z.int().positive() }).optional(),
  defaults: z.object({
    steps: z.int().positive(),
    guidance: z.number(),
    guidanceInterval: z.tuple([z.number(), z.number()]),
  }),
  /** For a network that takes the guidance scale, divided by `divisor`, and has learned it from `least` to `most`. */
  guidanceInput: z.object({ divisor: z.number(), least: z.number(), most: z.number() }).optional(),
  sizes: z.array(z.int().positive()),
  /** Words that ask for a smaller size, by size. */
  sizeWords: z.record(z.string(), z.string()).default({}),
  /** Words that ask for a texture that repeats. */
  tileWords: z.string().default(""),
  /** Words that ask for a look, by the look's name. */
  styles: z.record(z.string(), z.string()).default({}),
  files: z.record(z.string(), z.object({ bytes: z.int(), sha256: z.string() })),
});

/** models/sprite/model.json: what the model is and which files it is made of. */
export type Manifest = z.infer<typeof manifestSchema> & {
  /** SHA-256 over the manifest's content: the hashes of all files, and the settings, which decide the pixels as well. */
  readonly hash: string;
};

/** Reads the manifest of a model folder. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, "model.json");
  const bytes = await readModelBytes(path);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new GeneratorError("model-altered", `Cannot read ${path}: it is not JSON; restore the file`, { cause });
  }
  const result = manifestSchema.safeParse(json);
  if (!result.success)
    throw new GeneratorError("model-altered", `Cannot read ${path}: it is no model manifest; restore the file`, {
      cause: result.error,
    });
  return { ...result.data, hash: createHash("sha256").update(JSON.stringify(json)).digest("hex") };
}

/** Reads one of the model's files and checks it against the manifest, since a recipe vouches for the model's hash. */
export async function readModelFile(folder: string, manifest: Manifest, name: string): Promise<Buffer> {
  const path = join(folder, name);
  const expected = manifest.files[name];
  const bytes = await readModelBytes(path);
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (expected === undefined || actual !== expected.sha256)
    throw new GeneratorError(
      "model-altered",
      `Cannot use the model file ${path}: its SHA-256 starts with ${actual.slice(0, 12)} and should start with ` +
        `${expected?.sha256.slice(0, 12)}; restore the file (git checkout, or install the package again)`,
    );
  return bytes;
}

/** Reads the pretrained word vectors and the caption words. */
export async function readVocabulary(folder: string, manifest: Manifest): Promise<Vocabulary> {
  const [words, captionWords, table] = await Promise.all([
    readModelFile(folder, manifest, manifest.words),
    readModelFile(folder, manifest, manifest.captionWords),
    readModelFile(folder, manifest, manifest.wordVectors.file),
  ]);
  const { rows } = manifest.wordVectors;
  const dimensions = manifest.vectorDimensions;
  // Layout: rows float32 scales (little-endian), then rows x dimensions signed bytes.
  const bytes = new Uint8Array(table);
  return {
    dimensions,
    maxWords: manifest.maxWords,
    rows: new Map(linesOf(words).map((word, index) => [word, index])),
    scales: new Float32Array(bytes.buffer, 0, rows),
    vectors: new Int8Array(bytes.buffer, rows * 4, rows * dimensions),
    corrections: new Map(linesOf(captionWords).map((word, index) => [word, index + 1])),
  };
}

/**
 * Every word the model reads: those of the captions it learned from first, since they tell it most, each part by how
 * common its words are in English (the order of the word vectors).
 */
export async function readWords(folder: string, manifest: Manifest): Promise<readonly string[]> {
  const [captionWords, words] = await Promise.all([
    readModelFile(folder, manifest, manifest.captionWords),
    readModelFile(folder, manifest, manifest.words),
  ]);
  const learned = new Set(linesOf(captionWords));
  const common = linesOf(words);
  return [...new Set([...common.filter((word) => learned.has(word)), ...learned, ...common])];
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString("utf8").split("\n").filter(Boolean);
}

async function readModelBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new GeneratorError(
      "model-missing",
      `Cannot read the model file ${path}: ${(cause as NodeJS.ErrnoException).code ?? cause}; restore it (git checkout, ` +
        "or install the package again), or name the folder of the models with DGX_PIXELS_MODELS",
      { cause },
    );
  }
}
