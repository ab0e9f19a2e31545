/**
 * What a person can ask for, one verb each; every surface calls these and shows what comes back.
 *
 *     const studio = createStudio({ generators, openLibrary, software, randomSeed });
 *     for await (const sprite of studio.generate({ prompt: "red dragon", count: 4 })) console.log(sprite.file);
 *
 * What is done to pictures on disk needs no generator and is a plain function:
 *
 *     const steps = [{ step: "orphans" }];
 *     for await (const event of editPictures(["art"], { suffix: "-clean" }, () => ({ steps, facts: {} }))) print(event);
 */
export {
  comparePalettes,
  type DitherMethod,
  ditherMethods,
  type Palette,
  type PaletteOrder,
  paletteNames,
  paletteOrders,
  paletteSwatch,
  type ScaleMethod,
  sortPalette,
} from "#pixels";
export { applyPalette } from "./apply-palette.ts";
export { type AnimationKindName, animationKindNames, directionName, type Style } from "#pixels";
export {
  type AnimateEvent,
  type AnimateFilesOptions,
  type AnimationFormat,
  animateFiles,
} from "./animate.ts";
export { type CheckAnimationsOptions, type CheckedAnimation, checkAnimations } from "./check-animations.ts";
export { type AnimationFailure, type AnimationFile, readAnimations } from "./read-animation.ts";
export { knownModels } from "#generators";
export { listModels, type ModelEntry, type ModelListing, modelInfo, verifyModels } from "./comfyui/models.ts";
export { planSetup, type SetupTarget, shellWords } from "./comfyui/plan-setup.ts";
export { runSetup, setupTarget } from "./comfyui/run-setup.ts";
export { type ComfyuiAccess, comfyuiStatus } from "./comfyui/servers.ts";
export { addWorkflow, checkWorkflowOn, listWorkflows, showWorkflow } from "./comfyui/workflows.ts";
export { defaultBatchFolder } from "./batch.ts";
export { inBatchesOf } from "./in-batches.ts";
export { extractPaletteFrom } from "./extract-palette.ts";
export { type MadeTileset, type MakeTilesetOptions, makeTileset, type TextureOrigin } from "./make-tileset.ts";
export { type PackedSheet, type PackSheetOptions, packSheet } from "./pack-sheet.ts";
export { type SplitOptions, type SplitSheet, type SplitSprite, splitSheet } from "./split-sheet.ts";
export {
  checkTiles,
  fixTiles,
  measureTile,
  repeatedFor,
  type TileCheck,
  type TileFigures,
  type TileFix,
} from "./tile.ts";
export { type FixEvent, type Fixed, type FixOptions, fixPictures } from "./fix.ts";
export type { Order, OrderInput } from "./order.ts";
export { drawComparisonSheet, nameOf, type SheetOptions } from "./compare/draw-comparison-sheet.ts";
export {
  type Axis,
  type ComparisonInput,
  type ComparisonPlan,
  comparisonLimits,
  type ContenderInput,
  planComparison,
} from "./compare/plan-comparison.ts";
export { type ComparedJob, runComparison } from "./compare/run-comparison.ts";
export {
  type ComparedCell,
  type ComparisonView,
  type ContenderRank,
  rankByVotes,
  viewComparison,
} from "./compare/view-comparison.ts";
export { writeComparisonSheet } from "./compare/write-comparison-sheet.ts";
export { type OutputNames, outputNames } from "./output-names.ts";
export {
  type Edit,
  type EditEvent,
  type EditOptions,
  editPictures,
  type PictureFailure,
  type PictureFile,
  readPictures,
} from "./picture-files.ts";
export {
  type BatchEvent,
  createStudio,
  type RunOptions,
  type StoredSprite,
  type Studio,
  type StudioOptions,
} from "./studio.ts";
export { readPalette } from "./read-palette.ts";
export {
  type CheckStyleEvent,
  type CheckStyleOptions,
  checkStyleOf,
  type LearnStyleEvent,
  learnStyleFrom,
} from "./style.ts";
export { StudioError } from "./studio-error.ts";
export type { Library, LibraryEntry, SpriteQuery } from "#library";
export type { Recipe } from "#asset";
export { removeBackgrounds } from "./remove-background.ts";
export { addOutlines, removeOutlines } from "./outline.ts";
export { scalePictures } from "./scale.ts";
export { type CleanupKind, cleanUpPictures } from "./cleanup.ts";
export { readTrainingRuns, type TrainingRun } from "./training-runs.ts";
export { trimPictures } from "./trim.ts";
export { paletteWriterFor, writePalette } from "./write-palette.ts";
export type { Verdict } from "./judge.ts";
