/**
 * What draws: one contract, and the engines that keep it.
 *
 *     const generator = openSpriteGenerator({ folder: "models/sprite", threads: 2 });
 *     const { raster } = await generator.generate(parseRequest({ prompt: "red dragon", seed: 7 }));
 */
export type { GeneratedImage, GenerateOptions, Generator, GeneratorChoice, GeneratorDescription } from "./generator.ts";
export { GeneratorError } from "./generator-error.ts";
export { checkWorkflow, listed } from "./comfyui/check-workflow.ts";
export {
  type ComfyuiGeneratorOptions,
  type JobFacts,
  openComfyuiGenerator,
} from "./comfyui/comfyui-generator.ts";
export { matchModels } from "./comfyui/find-model.ts";
export { guessSlots } from "./comfyui/guess-slots.ts";
export { type KnownModel, knownModels } from "./comfyui/known-models.ts";
export { familyFromMetadata, familyNames, hashFromMetadata } from "./comfyui/model-family.ts";
export { withModelNode } from "./comfyui/model-node.ts";
export { openServer, type Server } from "./comfyui/server.ts";
export { type SlotMap, type SlotName, slotNames } from "./comfyui/slots.ts";
export {
  allTemplateNames,
  makeTemplate,
  readJson,
  readTemplate,
  slotMapSuffix,
  type Template,
  templateName,
  templateNames,
} from "./comfyui/template.ts";
export { parseWorkflow } from "./comfyui/workflow.ts";
export { type Critic, type Critique, openCritic } from "./sprite/critic.ts";
export { openSpriteGenerator, type SpriteGeneratorOptions } from "./sprite/sprite-generator.ts";
