/**
 * The words that all rooms share: what is asked for, how it goes, and what is needed to make it again.
 *
 *     const request = parseRequest({ prompt: "red dragon", seed: 7 });
 *     const png = encodeSprite(raster, recipe); // readRecipe(png) gives the recipe back
 */
export { AssetError } from "./asset-error.ts";
export type { Progress } from "./progress.ts";
export { encodeSprite, type Recipe, readRecipe, recipeKeyword, recipeSchema } from "./recipe.ts";
export { describeIssue, type GenerationRequest, generationRequestSchema, limits, parseRequest } from "./request.ts";
