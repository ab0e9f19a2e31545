/**
 * What does the work: it draws what jobs ask for, finishes it, and writes its recipe down.
 *
 *     const { png } = await makeSprite(generator, await generator.describe(), request, finishing, { software });
 */
export { type MadeSprite, makeSprite, recipeFor } from "./make-sprite.ts";
