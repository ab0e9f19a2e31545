/**
 * How good a generator is, measured on what its users get: a fixed list of prompts, a classifier trained on real sprites,
 * and the held-out sprites as the ceiling.
 *
 *     const samples = await drawSamples(generator, prompts, captions, { seeds: 5, finishing });
 *     const figures = await measureSamples(samples, prompts, reference, critic, dataset);
 */
export { contactSheet } from "./contact-sheet.ts";
export { type Dataset, readDataset } from "./dataset.ts";
export { drawSamples } from "./draw-samples.ts";
export { EvaluationError } from "./evaluation-error.ts";
export { type EvaluationFigures, measureSamples, type Samples } from "./measure-samples.ts";
export { type EvaluationPrompt, readPrompts } from "./prompts.ts";
export { formatReference, makeReference, type Reference, readReference } from "./reference.ts";
export { type Rank, rankContenders, type Vote } from "./rank-contenders.ts";
