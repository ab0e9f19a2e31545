import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { z } from "zod";
import { createRaster, type Raster } from "#pixels";
import { EvaluationError } from "./evaluation-error.ts";

export type DatasetSprite = {
  readonly id: string;
  readonly caption: string;
  readonly category: string;
  readonly tags: readonly string[];
  /** The collection it is from. */
  readonly source?: string;
  readonly raster: Raster;
};

/** The training dataset: real sprites, some of which the model has never seen. */
export type Dataset = {
  readonly training: readonly DatasetSprite[];
  readonly heldOut: readonly DatasetSprite[];
};

const spriteSchema = z.object({
  id: z.string(),
  caption: z.string(),
  category: z.string(),
  tags: z.array(z.string()).nullish(),
  source: z.string().nullish(),
});
const heldOutSchema = z.object({ id: z.string(), near: z.array(z.string()).nullish() });

/**
 * Reads sprites32.npz (array `images`, N x 32 x 32 x 4 bytes), sprites32.jsonl.gz and heldout.jsonl from the dataset's
 * folder. Sprites that look like a held-out one are in neither part.
 */
export async function readDataset(folder: string): Promise<Dataset> {
  const read = (name: string) =>
    readFile(join(folder, name)).catch((cause) => {
      throw new EvaluationError(
        "unreadable",
        `Cannot read ${join(folder, name)}: ${cause.code}; name the dataset's folder`,
        {
          cause,
        },
      );
    });
  const [archive, captions, heldOut] = await Promise.all([
    read("sprites32.npz"),
    read("sprites32.jsonl.gz"),
    read("heldout.jsonl"),
  ]);
  try {
    return parseDataset(folder, archive, gunzipSync(captions).toString("utf8"), heldOut.toString("utf8"));
  } catch (cause) {
    if (cause instanceof EvaluationError) throw cause;
    throw new EvaluationError(
      "unreadable",
      `Cannot use the dataset in ${folder}: ${(cause as Error).message.split("\n")[0]}; restore its files`,
      { cause },
    );
  }
}

function parseDataset(folder: string, archive: Uint8Array, captions: string, heldOut: string): Dataset {
  const images = parseImages(unzipSync(archive)["images.npy"]);
  const sprites = parseLines(captions, spriteSchema);
  if (sprites.length !== images.length)
    throw new EvaluationError(
      "unreadable",
      `Cannot use the dataset in ${folder}: it has ${images.length} images and ${sprites.length} captions; restore its files`,
    );
  const held = new Map(parseLines(heldOut, heldOutSchema).map((line) => [line.id, line.near ?? []]));
  const lookAlikes = new Set([...held.values()].flat());
  const all = sprites.map(({ tags, source, ...sprite }, index) => ({
    ...sprite,
    tags: tags ?? [],
    ...(source != null && { source }),
    raster: images[index],
  }));
  return {
    training: all.filter(({ id }) => !held.has(id) && !lookAlikes.has(id)),
    heldOut: all.filter(({ id }) => held.has(id)),
  };
}

function parseLines<Schema extends z.ZodType>(text: string, schema: Schema): z.infer<Schema>[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => schema.parse(JSON.parse(line)));
}

/** Parses the .npy format, version 1: magic, header length, a Python literal with the shape, then the bytes. */
function parseImages(bytes: Uint8Array | undefined): readonly Raster[] {
  const headerLength = bytes === undefined ? 0 : bytes[8] + 256 * bytes[9];
  const header = new TextDecoder("latin1").decode(bytes?.subarray(10, 10 + headerLength));
  const shape = header.match(/'descr': '\|u1', 'fortran_order': False, 'shape': \((\d+), (\d+), (\d+), 4\)/);
  if (bytes === undefined || shape === null)
    throw new EvaluationError("unreadable", "Cannot use the dataset: sprites32.npz has no images of bytes; restore it");
  const [count, height, width] = shape.slice(1).map(Number);
  const size = height * width * 4;
  return Array.from({ length: count }, (_, index) => {
    const start = 10 + headerLength + index * size;
    return createRaster(width, height, new Uint8ClampedArray(bytes.slice(start, start + size)));
  });
}
