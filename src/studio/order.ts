import { z } from "zod";
import { describeIssue, type GenerationRequest, limits, parseRequest } from "#asset";
import { readPicture } from "#files";
import { encodePng, type FinishStep } from "#pixels";
import { parseLoras } from "./parse-lora.ts";
import { readPalette } from "./read-palette.ts";
import { fitSource } from "./source-picture.ts";
import { StudioError } from "./studio-error.ts";

/** What a person can say about a sprite, on a command line or in a row of a batch. Paths are as the person gave them. */
export const orderSchema = z.strictObject({
  prompt: z.string(),
  negative: z.string().optional(),
  count: z
    .number()
    .refine((count) => Number.isInteger(count) && count >= 1 && count <= limits.count, {
      error: (issue) => `Cannot make ${String(issue.input)} sprites: give a whole number from 1 to ${limits.count}`,
    })
    .optional(),
  seed: z.number().optional(),
  style: z.string().optional(),
  size: z.number().optional(),
  steps: z.number().optional(),
  guidance: z.number().optional(),
  colors: z
    .number()
    .refine((colors) => Number.isInteger(colors) && colors >= 1 && colors <= 256, {
      error: (issue) => `Cannot use ${String(issue.input)} colors: give a whole number from 1 to 256`,
    })
    .optional(),
  palette: z.string().optional(),
  background: z
    .enum(["auto", "transparent", "opaque"], {
      error: (issue) => `Cannot use background ${String(issue.input)}: give auto, transparent or opaque`,
    })
    .optional(),
  tile: z.boolean().optional(),
  /** A picture to start from. */
  from: z.string().optional(),
  strength: z.number().optional(),
  /** A picture that is white where `from` is to be redrawn. */
  mask: z.string().optional(),
  /** By name, of a generator that has several. */
  workflow: z.string().optional(),
  model: z.string().optional(),
  /** "NAME" or "NAME:STRENGTH" each. */
  lora: z.union([z.string(), z.array(z.string()).readonly()]).optional(),
});

export type OrderInput = z.infer<typeof orderSchema>;

/** An order with its files read: one request a sprite, with seeds that count up, and what is done to each picture. */
export type Order = {
  readonly requests: readonly GenerationRequest[];
  readonly finishing: readonly FinishStep[];
};

/** The finishing that is done unless something else is asked for: crisp alpha, no specks, as few colours as will do. */
export const defaultFinishing: readonly FinishStep[] = [
  { step: "alpha", threshold: 128 },
  { step: "orphans" },
  { step: "colors", count: "auto", most: 32 },
];

const defaultStrength = 0.6;

/**
 * Checks an order and reads the files it names. `randomSeed` is asked only when no seed is given. Throws an AssetError,
 * PixelsError, FilesError or StudioError of one sentence.
 */
export async function prepareOrder(input: OrderInput, randomSeed: () => number): Promise<Order> {
  const result = orderSchema.safeParse(input);
  if (!result.success)
    throw new StudioError("invalid-order", describeIssue(result.error.issues[0], input), { cause: result.error });
  const { prompt, negative, count = 1, style, size, steps, guidance, background, tile, workflow, model } = result.data;
  const loras = result.data.lora === undefined ? undefined : parseLoras(result.data.lora);
  const seed = result.data.seed ?? Math.max(0, randomSeed() - (count - 1));
  const first = parseRequest(
    withoutUndefined({
      prompt,
      negative,
      style,
      seed,
      size,
      steps,
      guidance,
      background,
      tile,
      workflow,
      model,
      loras,
    }),
  );
  if (seed + count - 1 > limits.seed)
    throw new StudioError(
      "invalid-order",
      `Cannot make ${count} sprites from seed ${seed}: seeds count up to ${limits.seed}; give a smaller seed`,
    );
  const source = await readSource(result.data, first.size);
  const request: GenerationRequest = source === undefined ? first : parseRequest({ ...first, source });
  return {
    requests: Array.from({ length: count }, (_, index) => ({ ...request, seed: seed + index })),
    finishing: onBackground(await finishingFor(result.data), first.background),
  };
}

/**
 * The finishing with a ground behind the subject, or without. Asking the model itself for an opaque picture spoils the
 * subject; a ground of one of its own dark colours does not.
 */
export function onBackground(
  finishing: readonly FinishStep[],
  background: GenerationRequest["background"],
): readonly FinishStep[] {
  const steps = finishing.filter(({ step }) => step !== "background");
  return background === "opaque" ? [...steps, { step: "background", color: "auto" }] : steps;
}

/** The finishing that the colour options of an order ask for. */
export async function finishingFor(
  wish: Pick<OrderInput, "colors" | "palette" | "mask">,
): Promise<readonly FinishStep[]> {
  const { colors: count } = wish;
  if (wish.palette !== undefined) {
    const { name, colors } = await readPalette(wish.palette);
    const step: FinishStep = { step: "palette", name, colors, ...(count !== undefined && { count }) };
    return [...defaultFinishing.slice(0, 2), step];
  }
  if (count !== undefined) return [...defaultFinishing.slice(0, 2), { step: "colors", count }];
  // Under a mask the pixels that were kept must stay as they are: no speck removed, no colour merged.
  return wish.mask === undefined ? defaultFinishing : defaultFinishing.slice(0, 1);
}

async function readSource(order: OrderInput, size: number): Promise<GenerationRequest["source"]> {
  if (order.from === undefined) {
    if (order.strength !== undefined || order.mask !== undefined)
      throw new StudioError(
        "invalid-order",
        "Cannot use a strength or a mask alone: give the picture to start from too",
      );
    return undefined;
  }
  const picture = fitSource(await readPicture(order.from), size, order.from);
  const source = {
    png: toBase64(encodePng(picture)),
    // Under a mask the marked part is drawn anew unless asked otherwise.
    strength: order.strength ?? (order.mask === undefined ? defaultStrength : 1),
  };
  if (order.mask === undefined) return source;
  const mask = fitSource(await readPicture(order.mask), size, order.mask);
  return { ...source, mask: toBase64(encodePng(mask)) };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Leaves out keys without a value, so that defaults apply to them. */
export function withoutUndefined<Value extends Record<string, unknown>>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Partial<Value>;
}
