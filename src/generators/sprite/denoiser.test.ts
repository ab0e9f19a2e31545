import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "#asset";
import { countColors, createRaster, encodePng, type Raster } from "#pixels";
import { draw, exactRequest } from "./artist.ts";
import { type Denoiser, openDenoiser } from "./denoiser.ts";
import { type Enlarger, openEnlarger } from "./enlarger.ts";
import reference from "./fixtures/reference.json" with { type: "json" };
import { type Manifest, readManifest, readModelFile, readVocabulary } from "./model-files.ts";
import { tokenize, type Vocabulary } from "./vocabulary.ts";

const folder = fileURLToPath(new URL("../../../models/sprite", import.meta.url));
let manifest: Manifest;
let vocabulary: Vocabulary;
let denoiser: Denoiser;
let enlarger: Promise<Enlarger> | undefined;
const openSecondStage = async () =>
  openEnlarger(await readModelFile(folder, manifest, manifest.enlarger?.file ?? "enlarger.onnx"), 1);
beforeAll(async () => {
  manifest = await readManifest(folder);
  vocabulary = await readVocabulary(folder, manifest);
  denoiser = await openDenoiser(await readModelFile(folder, manifest, manifest.denoiser), {
    threads: 1,
    manifest,
    vocabulary,
  });
});
afterAll(async () => {
  await denoiser.release();
  await (await enlarger)?.release();
});

describe.each(reference.prompts)("the network in ONNX Runtime, for $prompt", (expected) => {
  it("reads the prompt as its training code does", () => {
    const tokens = tokenize(expected.prompt, vocabulary);
    // A word without a meaning keeps its place in training; here it is left out, and told to the person.
    const isKnown = (_: unknown, place: number) => !expected.unknown.some((word) => word === expected.words[place]);
    expect(tokens.words).toEqual(expected.words.filter(isKnown));
    expect(tokens.corrections).toEqual(expected.captionIndices.filter(isKnown));
    expect(tokens.unknown).toEqual(expected.unknown);
    for (const [index, value] of expected.firstVector.entries()) expect(tokens.vectors[index]).toBeCloseTo(value, 5);
  });

  it("predicts what PyTorch predicts, as closely as its rounded weights allow", async () => {
    const image = Float32Array.from({ length: 4 * manifest.canvas ** 2 }, (_, index) => Math.sin(0.37 * index) * 0.8);
    const denoise = denoiser.forTexts(tokenize(expected.prompt, vocabulary), tokenize("", vocabulary));
    const clean = await denoise(image, reference.time, "prompt", manifest.defaults.guidance);
    for (const [index, value] of expected.torch.first.entries())
      expect(Math.abs(clean[index] - value)).toBeLessThan(reference.tolerance.prediction);
    const sizes = clean.reduce((sum, value) => sum + Math.abs(value), 0);
    expect(sizes / expected.torch.sizes).toBeCloseTo(1, 1);
  });
});

describe("draw", () => {
  const drawing = (input: object) =>
    draw(
      exactRequest(parseRequest({ prompt: "red dragon", seed: 1, steps: 1, ...input }), manifest),
      {
        manifest,
        vocabulary,
        denoiser,
        predictColors: async () => (await (enlarger ??= openSecondStage())).predict,
      },
      () => {},
    );
  const asBase64 = (raster: Raster) => Buffer.from(encodePng(raster)).toString("base64");
  const blue = createRaster(32, 32);
  for (let pixel = 0; pixel < 32 * 32; pixel++) blue.data.set([pixel % 256, 0, 255, 255], pixel * 4);
  const upperHalf = createRaster(32, 32);
  for (let pixel = 0; pixel < 32 * 32; pixel++)
    upperHalf.data.set(pixel < 512 ? [255, 255, 255, 255] : [0, 0, 0, 255], pixel * 4);

  it("keeps every pixel of a source at strength 0", async () => {
    const { raster } = await drawing({ source: { png: asBase64(blue), strength: 0 } });
    expect(raster.data).toEqual(blue.data);
  });

  it("keeps every pixel outside the mask, and draws inside", async () => {
    const source = { png: asBase64(blue), strength: 1, mask: asBase64(upperHalf) };
    const { raster } = await drawing({ source });
    expect(raster.data.subarray(512 * 4)).toEqual(blue.data.subarray(512 * 4));
    expect(raster.data.subarray(0, 512 * 4)).not.toEqual(blue.data.subarray(0, 512 * 4));
  });

  it("refuses a source or mask of another size", async () => {
    await expect(drawing({ source: { png: asBase64(createRaster(8, 8)), strength: 1 } })).rejects.toThrow(
      "Cannot use a source picture of 8 x 8 for a sprite of 32 px",
    );
    const source = { png: asBase64(blue), strength: 1, mask: asBase64(createRaster(8, 8)) };
    await expect(drawing({ source })).rejects.toThrow("Cannot use a mask of 8 x 8");
  });

  it("clears the border when asked for a transparent background", async () => {
    const { raster } = await drawing({ prompt: "stone wall", background: "transparent" });
    expect([0, 31, 31 * 32, 1023].map((pixel) => raster.data[pixel * 4 + 3])).toEqual([0, 0, 0, 0]);
  });

  it("draws tiles opaque and 16 px in whole pixels", async () => {
    const tile = await drawing({ prompt: "stone wall", tile: true });
    expect(tile.raster.data.filter((_, index) => index % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    const small = await drawing({ size: 16 });
    expect([small.raster.width, small.raster.height]).toEqual([16, 16]);
  });

  it("draws beyond its canvas in the colours of the smaller picture, hard-edged", async () => {
    const { raster } = await drawing({ size: 64, steps: 4 });
    expect([raster.width, raster.height]).toEqual([64, 64]);
    expect(raster.data.filter((alpha, index) => index % 4 === 3 && alpha !== 0 && alpha !== 255)).toHaveLength(0);
    expect(countColors(raster)).toBeLessThanOrEqual(32);
    // Drawn, not doubled: blocks of 2 x 2 pixels are of one colour for the most part only.
    let mixed = 0;
    const colors = new Uint32Array(raster.data.buffer);
    for (let pixel = 0; pixel < 64 * 64; pixel += pixel % 64 === 62 ? 66 : 2)
      if (new Set([0, 1, 64, 65].map((step) => colors[pixel + step])).size > 1) mixed++;
    expect(mixed).toBeGreaterThan(50);
  });

  it("keeps a large source where it is not to be redrawn", async () => {
    const large = createRaster(64, 64);
    const lowerHalf = createRaster(64, 64);
    for (let pixel = 0; pixel < 64 * 64; pixel++) {
      large.data.set([pixel % 256, 99, 0, 255], pixel * 4);
      lowerHalf.data.set(pixel < 2048 ? [0, 0, 0, 255] : [255, 255, 255, 255], pixel * 4);
    }
    const source = { png: asBase64(large), strength: 1, mask: asBase64(lowerHalf) };
    const { raster } = await drawing({ size: 64, source });
    expect(raster.data.subarray(0, 2048 * 4)).toEqual(large.data.subarray(0, 2048 * 4));
    expect(raster.data.subarray(2048 * 4)).not.toEqual(large.data.subarray(2048 * 4));
  });

  it("tells of words it does not know and of words past its limit", async () => {
    const { notes } = await drawing({ prompt: `${"red ".repeat(manifest.maxWords)}dragon zzyzx`, negative: "qqqqx" });
    expect(notes).toEqual([
      "Words of the prompt that the model does not know: zzyzx",
      `The model reads ${manifest.maxWords} words; left out of the prompt: dragon`,
      "Words of the negative prompt that the model does not know: qqqqx",
    ]);
  });
});
