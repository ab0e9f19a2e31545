import type { GenerationRequest } from "#asset";
import { createRaster, decodePng, finish, type Raster } from "#pixels";
import { GeneratorError } from "../generator-error.ts";
import type { Denoiser } from "./denoiser.ts";
import { enlarge, type PredictColors } from "./enlarge.ts";
import type { Manifest } from "./model-files.ts";
import { planesFromRaster, rasterFromPlanes } from "./planes.ts";
import {
  type Constraint,
  holdBlocks,
  holdBorderClear,
  holdKnown,
  holdOpaque,
  type SamplingPlan,
  sample,
} from "./sampler.ts";
import { type Tokens, tokenize, type Vocabulary } from "./vocabulary.ts";

/** A request with nothing left to a default. */
export type ExactRequest = GenerationRequest & { readonly steps: number; readonly guidance: number };

export type Drawing = { readonly raster: Raster; readonly notes: readonly string[] };

/** Fills in the model's defaults and refuses what the model cannot draw. */
export function exactRequest(request: GenerationRequest, manifest: Manifest): ExactRequest {
  if (!manifest.sizes.includes(request.size))
    throw new GeneratorError(
      "unsupported",
      `Cannot draw at ${request.size} px: the ${manifest.name} model draws at ${manifest.sizes.join(" or ")} px`,
    );
  if (request.style !== undefined && !Object.hasOwn(manifest.styles, request.style))
    throw new GeneratorError(
      "unsupported",
      `Cannot draw in the style ${request.style}: the ${manifest.name} model knows ${Object.keys(manifest.styles).join(", ")}`,
    );
  if (request.tile && request.background === "transparent")
    throw new GeneratorError("unsupported", "Cannot draw a transparent tile: leave out --tile or the background");
  return {
    ...request,
    steps: request.steps ?? manifest.defaults.steps,
    guidance: request.guidance ?? manifest.defaults.guidance,
  };
}

/** What drawing needs; `predictColors` opens the second stage's network when a picture is larger than the canvas. */
export type Model = {
  readonly manifest: Manifest;
  readonly vocabulary: Vocabulary;
  readonly denoiser: Denoiser;
  readonly predictColors: () => Promise<PredictColors>;
};

/** What the first stage has drawn, as the second one needs it: whole pixels in few colours. */
const firmly = [{ step: "alpha", threshold: 128 }, { step: "orphans" }, { step: "colors", count: "auto" }] as const;

/**
 * Draws one request, on the calling thread. `onStep` gets the picture so far and may throw to end the drawing. A picture
 * larger than the network's canvas is drawn on the canvas first, then at twice the size.
 */
export async function draw(
  request: ExactRequest,
  model: Model,
  onStep: (step: number, preview: Raster) => void,
): Promise<Drawing> {
  const { manifest, vocabulary } = model;
  const { canvas } = manifest;
  const isLarge = request.size > canvas;
  const block = isLarge ? 1 : canvas / request.size;
  const negative = tokenize(request.negative, vocabulary);
  const prompt = tokenize(request.prompt, vocabulary, styleWords(request, manifest));
  if (prompt.words.length === prompt.added)
    throw new GeneratorError(
      "unknown-words",
      `Cannot draw "${shorten(request.prompt)}": the model knows none of its words; describe it in other English words`,
    );

  const constraints: Constraint[] = [];
  if (block > 1) constraints.push(holdBlocks(canvas, block));
  if (request.tile) constraints.push(holdOpaque(canvas));
  if (request.background === "transparent") constraints.push(holdBorderClear(canvas, block));
  const source = request.source && readSource(request.source, request.size);
  const drawnFrom = source && (isLarge ? halved(source) : source);
  const sourcePlanes = drawnFrom && planesFromRaster(drawnFrom.picture, block);
  if (drawnFrom?.redraw && sourcePlanes)
    constraints.push(holdKnown(sourcePlanes, repeatBlocks(drawnFrom.redraw, canvas / block, block)));

  const plan: SamplingPlan = {
    canvas,
    seed: request.seed,
    // A weaker change has a shorter way to go; strength 0 has none.
    steps: Math.ceil(request.steps * (request.source?.strength ?? 1)),
    guidance: request.guidance,
    guidanceInterval: manifest.defaults.guidanceInterval,
    isGuidanceLearned: isLearned(request.guidance, manifest) && negative.words.length === 0,
    wraps: request.tile,
    constraints,
    ...(sourcePlanes && request.source && { source: { planes: sourcePlanes, strength: request.source.strength } }),
  };
  const planes = await sample(plan, model.denoiser.forTexts(prompt, negative), (step, clean) =>
    onStep(step, rasterFromPlanes(clean, canvas, block)),
  );
  const drawn = rasterFromPlanes(planes, canvas, block);
  const raster = isLarge
    ? await enlarge(finish(drawn, firmly), await model.predictColors(), {
        steps: manifest.enlarger?.steps ?? 1,
        wraps: request.tile,
        onStep: (_, preview) => onStep(plan.steps, preview),
      })
    : drawn;
  if (source) keepKnownPixels(raster, source.picture, source.redraw, request.source?.strength === 0);
  return { raster, notes: [...notesOn("prompt", prompt, manifest), ...notesOn("negative prompt", negative, manifest)] };
}

function isLearned(guidance: number, { guidanceInput }: Manifest): boolean {
  return guidanceInput !== undefined && guidance >= guidanceInput.least && guidance <= guidanceInput.most;
}

/** What the person did not write and the model needs to hear. */
function styleWords({ style, size, tile }: ExactRequest, { styles, sizeWords, tileWords }: Manifest): string {
  return [style === undefined ? "" : styles[style], sizeWords[size] ?? "", tile ? tileWords : ""].join(" ");
}

/** The way through floats may be off by one in 255; pixels that were to be kept are kept exactly. */
function keepKnownPixels(raster: Raster, picture: Raster, redraw: Uint8Array | undefined, all: boolean): void {
  for (let pixel = 0; pixel < raster.width * raster.height; pixel++)
    if (all || redraw?.[pixel] === 0)
      for (let channel = 0; channel < 4; channel++)
        raster.data[pixel * 4 + channel] = picture.data[pixel * 4 + channel];
}

function readSource(source: NonNullable<GenerationRequest["source"]>, size: number) {
  const picture = decodeSquare(source.png, size, "source picture");
  if (source.mask === undefined) return { picture, redraw: undefined };
  const mask = decodeSquare(source.mask, size, "mask");
  const redraw = new Uint8Array(size * size);
  for (let pixel = 0; pixel < redraw.length; pixel++) {
    const [red, green, blue, alpha] = mask.data.subarray(pixel * 4, pixel * 4 + 4);
    redraw[pixel] = alpha >= 128 && red + green + blue >= 384 ? 1 : 0;
  }
  return { picture, redraw };
}

type Source = ReturnType<typeof readSource>;

/** A source at half its size: means of 2 x 2 pixels, to be redrawn where any of the four is. */
function halved({ picture, redraw }: Source): Source {
  const half = createRaster(picture.width / 2, picture.height / 2);
  const marks = redraw && new Uint8Array(half.width * half.height);
  for (let pixel = 0; pixel < half.width * half.height; pixel++) {
    const left = 2 * (pixel % half.width);
    const top = 2 * Math.floor(pixel / half.width);
    const sums = [0, 0, 0, 0];
    for (const from of [0, 1, picture.width, picture.width + 1].map((step) => top * picture.width + left + step)) {
      const alpha = picture.data[from * 4 + 3];
      for (let channel = 0; channel < 3; channel++) sums[channel] += picture.data[from * 4 + channel] * alpha;
      sums[3] += alpha;
      if (marks && redraw?.[from] === 1) marks[pixel] = 1;
    }
    for (let channel = 0; channel < 3; channel++) half.data[pixel * 4 + channel] = sums[3] && sums[channel] / sums[3];
    half.data[pixel * 4 + 3] = sums[3] / 4;
  }
  return { picture: half, redraw: marks };
}

function decodeSquare(base64: string, size: number, what: string): Raster {
  const raster = decodePng(Buffer.from(base64, "base64"));
  if (raster.width !== size || raster.height !== size)
    throw new GeneratorError(
      "unsupported",
      `Cannot use a ${what} of ${raster.width} x ${raster.height} for a sprite of ${size} px: both must have the same size`,
    );
  return raster;
}

function repeatBlocks(marks: Uint8Array, size: number, block: number): Uint8Array {
  const canvas = size * block;
  const repeated = new Uint8Array(canvas * canvas);
  for (let y = 0; y < canvas; y++)
    for (let x = 0; x < canvas; x++)
      repeated[y * canvas + x] = marks[Math.floor(y / block) * size + Math.floor(x / block)];
  return repeated;
}

function notesOn(what: string, tokens: Tokens, manifest: Manifest): string[] {
  const notes: string[] = [];
  if (tokens.unknown.length > 0)
    notes.push(`Words of the ${what} that the model does not know: ${list(tokens.unknown)}`);
  if (tokens.dropped.length > 0)
    notes.push(`The model reads ${manifest.maxWords} words; left out of the ${what}: ${list(tokens.dropped)}`);
  return notes;
}

function list(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length <= 12 ? unique.join(", ") : `${unique.slice(0, 12).join(", ")} and ${unique.length - 12} more`;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
