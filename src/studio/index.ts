/**
 * What a person can ask for, one verb each; every surface calls these and shows what comes back.
 *
 *     const studio = createStudio({ generators, openLibrary, software, randomSeed });
 *     for await (const sprite of studio.generate({ prompt: "red dragon", count: 4 })) console.log(sprite.file);
 */
export { paletteNames } from "#pixels";
export { defaultBatchFolder } from "./batch.ts";
export type { OrderInput } from "./order.ts";
export {
  type BatchEvent,
  createStudio,
  type RunOptions,
  type StoredSprite,
  type Studio,
  type StudioOptions,
} from "./studio.ts";
export { StudioError } from "./studio-error.ts";
export type { Verdict } from "./judge.ts";
