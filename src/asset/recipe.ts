import { ditherMethods, encodePng, type Raster, readPngText, scaleMethods } from "#pixels";
import { z } from "zod";
import { AssetError } from "./asset-error.ts";
import { describeIssue, generationRequestSchema } from "./request.ts";

const hexColor = z.string().regex(/^#[0-9a-f]{6}$/);

const share = z.number().min(0).max(1);
const neighbors = z.union([z.literal(4), z.literal(8)]);

const finishStepSchema = z.discriminatedUnion("step", [
  z.strictObject({ step: z.literal("alpha"), threshold: z.number() }),
  z.strictObject({ step: z.literal("orphans") }),
  z.strictObject({
    step: z.literal("colors"),
    count: z.union([z.int().positive(), z.literal("auto")]),
    most: z.int().positive().optional(),
  }),
  z.strictObject({
    step: z.literal("palette"),
    name: z.string(),
    colors: z.array(hexColor).readonly(),
    count: z.int().positive().optional(),
    dither: z.enum(ditherMethods).optional(),
    strength: share.optional(),
  }),
  z.strictObject({ step: z.literal("background"), color: z.union([hexColor, z.literal("auto")]) }),
  z.strictObject({
    step: z.literal("grid"),
    size: z.strictObject({ width: z.int().positive(), height: z.int().positive() }).optional(),
  }),
  z.strictObject({ step: z.literal("seams") }),
  z.strictObject({
    step: z.literal("remove-background"),
    color: z.union([hexColor, z.literal("auto")]).optional(),
    tolerance: share.optional(),
    holes: z.int().positive().optional(),
  }),
  z.strictObject({
    step: z.literal("outline"),
    color: z.union([hexColor, z.literal("darkened")]),
    neighbors: neighbors.optional(),
    grow: z.boolean().optional(),
  }),
  z.strictObject({
    step: z.literal("remove-outline"),
    color: z.union([hexColor, z.enum(["auto", "any"])]).optional(),
    tolerance: share.optional(),
    neighbors: neighbors.optional(),
  }),
  z.strictObject({
    step: z.literal("scale"),
    factor: z.int().positive(),
    method: z.enum(scaleMethods).optional(),
  }),
  z.strictObject({ step: z.literal("doubles") }),
  z.strictObject({ step: z.literal("jaggies") }),
  z.strictObject({ step: z.literal("trim"), margin: z.int().nonnegative().optional() }),
]);

/**
 * All that is needed to make a sprite's pixels again. Nothing in it depends on when or where it was made, so the same
 * request gives the same file.
 */
export const recipeSchema = z.strictObject({
  format: z.literal(1),
  generator: z.strictObject({
    name: z.string(),
    model: z.string(),
    version: z.string(),
    /** SHA-256 over all that is known of what decides the pixels, lower-case hexadecimal. */
    hash: z.string(),
    /** Of a generator that runs workflows: which one, and the SHA-256 of its content. */
    workflow: z.strictObject({ name: z.string(), hash: z.string() }).optional(),
    /** Model files that took part; a SHA-256 where one is known. */
    files: z
      .array(z.strictObject({ name: z.string(), hash: z.string().optional() }))
      .readonly()
      .optional(),
  }),
  /** Every setting as it was used, none left to a default. */
  request: generationRequestSchema.required({ steps: true, guidance: true }),
  finishing: z.array(finishStepSchema).readonly(),
  software: z.string(),
});

export type Recipe = z.infer<typeof recipeSchema>;

/** The keyword of the PNG's iTXt chunk that holds the recipe as JSON. */
export const recipeKeyword = "dgx-pixels";

/** A finished sprite as an indexed PNG with its recipe inside; the same sprite and recipe give the same bytes. */
export function encodeSprite(raster: Raster, recipe: Recipe): Uint8Array {
  return encodePng(raster, { text: [{ keyword: recipeKeyword, text: JSON.stringify(recipe) }] });
}

/**
 * The recipe inside a PNG. Throws an AssetError when there is none or it cannot be understood, and a PixelsError when
 * the bytes are no intact PNG.
 */
export function readRecipe(png: Uint8Array): Recipe {
  const entry = readPngText(png).find((candidate) => candidate.keyword === recipeKeyword);
  if (entry === undefined)
    throw new AssetError(
      "no-recipe",
      "Cannot find a recipe in this PNG: it was not made by dgx-pixels, or was re-saved",
    );
  let json: unknown;
  try {
    json = JSON.parse(entry.text);
  } catch (cause) {
    throw new AssetError("invalid-recipe", "Cannot read the recipe in this PNG: it is not JSON", { cause });
  }
  const result = recipeSchema.safeParse(json);
  if (result.success) return result.data;
  const format = (json as { format?: unknown } | null)?.format;
  throw new AssetError(
    "invalid-recipe",
    typeof format === "number" && format > 1
      ? `Cannot read a recipe of format ${format}: this version knows format 1, update dgx-pixels`
      : `Cannot read the recipe in this PNG: ${describeIssue(result.error.issues[0], json)}`,
    { cause: result.error },
  );
}
