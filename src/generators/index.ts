/**
 * What draws: one contract, and the engines that keep it.
 *
 *     const generator = openSpriteGenerator({ folder: "models/sprite", threads: 2 });
 *     const { raster } = await generator.generate(parseRequest({ prompt: "red dragon", seed: 7 }));
 */
export type { GeneratedImage, GenerateOptions, Generator, GeneratorChoice, GeneratorDescription } from "./generator.ts";
export { GeneratorError } from "./generator-error.ts";
export {
  type ComfyuiGeneratorOptions,
  type JobFacts,
  openComfyuiGenerator,
} from "./comfyui/comfyui-generator.ts";
export { type Critic, type Critique, openCritic } from "./sprite/critic.ts";
export { openSpriteGenerator, type SpriteGeneratorOptions } from "./sprite/sprite-generator.ts";
