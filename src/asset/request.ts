import { z } from "zod";
import { AssetError } from "./asset-error.ts";

/** Bounds that every surface shares. Sizes are a generator's own business (see GeneratorDescription.sizes). */
export const limits = {
  promptCharacters: 2000,
  count: 1000,
  steps: 100,
  guidance: 20,
  seed: 0xffff_ffff,
  loras: 8,
  loraStrength: 4,
  batch: 64,
} as const;

const promptText = (what: string) =>
  z
    .string()
    .max(limits.promptCharacters, {
      error: (issue) =>
        `Cannot use a ${what} of ${String(issue.input).length} characters: shorten it to ${limits.promptCharacters} at most`,
    })
    .refine((text) => !hasControlCharacter(text), {
      error: `Cannot use a ${what} with control characters: remove them (line breaks too)`,
    });

const wholeNumber = (what: string, least: number, most: number) =>
  z.number().refine((value) => Number.isInteger(value) && value >= least && value <= most, {
    error: (issue) => `Cannot use ${what} ${String(issue.input)}: give a whole number from ${least} to ${most}`,
  });

const realNumber = (what: string, least: number, most: number) =>
  z.number().refine((value) => value >= least && value <= most, {
    error: (issue) => `Cannot use ${what} ${String(issue.input)}: give a number from ${least} to ${most}`,
  });

/**
 * A picture to start from, at the size of the result: PNG bytes in base64, so that a recipe holds all it needs.
 * In a mask, opaque white is redrawn and everything else is kept.
 */
const sourceSchema = z.strictObject({
  png: z.base64(),
  /** 0 keeps the source, 1 draws anew. */
  strength: realNumber("strength", 0, 1),
  mask: z.base64().optional(),
});

const nameText = (what: string) =>
  z
    .string()
    .min(1, { error: `Cannot use an empty ${what}: leave it out, or name one` })
    .max(200, { error: `Cannot use a ${what} of more than 200 characters: name one that the generator has` })
    .refine((text) => !hasControlCharacter(text), {
      error: `Cannot use a ${what} with control characters: remove them`,
    });

/** A low-rank change to a model, by its name, and how strongly it counts; below 0 it pushes away. */
const loraSchema = z.strictObject({
  name: nameText("LoRA"),
  strength: realNumber("LoRA strength", -limits.loraStrength, limits.loraStrength).default(1),
});

/** Pictures that a generator draws in one go from one seed: the first has index 0. */
const batchSchema = z
  .strictObject({
    count: wholeNumber("batch count", 1, limits.batch),
    index: wholeNumber("batch index", 0, limits.batch - 1),
  })
  .refine(({ count, index }) => index < count, {
    error: "Cannot use that batch index: count from 0 to one less than the batch count",
  });

/** What a person asks a generator for; all that decides the pixels before finishing, except the model itself. */
export const generationRequestSchema = z.strictObject({
  prompt: promptText("prompt").refine((text) => text.trim().length > 0, {
    error: 'Cannot draw an empty prompt: say what to draw, such as "red dragon"',
  }),
  negative: promptText("negative prompt").default(""),
  /** One of the looks that the generator knows by name; absent: whatever suits the prompt. */
  style: z.string().min(1).max(100).optional(),
  /** Width and height of the sprite in pixels. */
  size: wholeNumber("size", 1, 4096).default(32),
  seed: wholeNumber("seed", 0, limits.seed),
  /** Evaluations of the model along the way; absent: the generator's default. */
  steps: wholeNumber("steps", 1, limits.steps).optional(),
  /** Classifier-free guidance scale; 1 is none; absent: the generator's default. */
  guidance: realNumber("guidance", 0, limits.guidance).optional(),
  /** The picture repeats without a seam in both directions. */
  tile: z.boolean().default(false),
  /** "auto" leaves it to the model. */
  background: z.enum(["auto", "transparent", "opaque"]).default("auto"),
  source: sourceSchema.optional(),
  /** One of the generator's ways to draw, by name: a workflow of ComfyUI; absent: whatever suits the request. */
  workflow: nameText("workflow").optional(),
  /** One of the generator's models, by name; absent: its own choice. */
  model: nameText("model").optional(),
  /** Absent: those that the workflow brings; none: []. */
  loras: z
    .array(loraSchema)
    .max(limits.loras, { error: `Cannot use more than ${limits.loras} LoRAs: leave some out` })
    .readonly()
    .optional(),
  /** Absent: the picture is drawn alone. */
  batch: batchSchema.optional(),
});

export type GenerationRequest = z.infer<typeof generationRequestSchema>;

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/** Checks unknown input against the request's schema and fills in defaults; throws an AssetError of one sentence. */
export function parseRequest(input: unknown): GenerationRequest {
  const result = generationRequestSchema.safeParse(input);
  if (result.success) return result.data;
  throw new AssetError("invalid-request", describeIssue(result.error.issues[0], input), { cause: result.error });
}

/** One sentence for zod's first issue with `input`: our own texts as they are, zod's with place and value in front. */
export function describeIssue(issue: z.core.$ZodIssue | undefined, input: unknown): string {
  if (issue === undefined) return "Cannot read the request: it is not valid";
  if (issue.message.startsWith("Cannot ")) return issue.message;
  const place = issue.path.length === 0 ? "the request" : issue.path.join(".");
  if (issue.code === "invalid_type") {
    const value = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], input);
    const wanted = expectations[issue.expected] ?? issue.expected;
    return value === undefined
      ? `Cannot use ${place}: it is missing; give ${wanted}`
      : `Cannot use ${place} ${shorten(JSON.stringify(value))}: give ${wanted}`;
  }
  return `Cannot use ${place}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
}

const expectations: Readonly<Record<string, string>> = {
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "an object",
};

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
