/**
 * What has been made: every sprite as a PNG with its recipe inside, and a row to find it again by. Both survive a
 * process that is killed at any moment, and any number of processes at once.
 *
 *     const library = await openLibrary("sprites", { clock: () => new Date() });
 *     const { id } = await library.add({ png, recipe, width: 32, height: 32, colors: 12, seconds: 0.3 });
 *     library.tag([id], ["hero"]);
 *     library.search("red drag", { tags: ["hero"], order: "relevance" }).entries[0]?.file;
 *     library.close();
 */
export type { AddOptions, NewSprite } from "./add-sprite.ts";
export type { SkippedFile } from "./adopt-files.ts";
export type { Comparison, ComparisonPage, ComparisonRow, Contender, NewComparison, RowVote } from "./comparisons.ts";
export type { LibraryEntry, SourceKind } from "./entry.ts";
export type { MetadataFormat } from "./export-metadata.ts";
export type { Export, ExportOptions } from "./export-sprites.ts";
export { inventSprites } from "./invented-sprites.ts";
export type { TagUse } from "./label.ts";
export { type Library, openLibrary } from "./library.ts";
export { type Candidate, LibraryError, type LibraryProblem } from "./library-error.ts";
export { defaultLimit, type LibraryPage, type SpriteFilter, type SpriteQuery } from "./query.ts";
export { type Rebuild, rebuildLibrary } from "./rebuild.ts";
export type { Repair } from "./repair.ts";
export type { StoreOptions } from "./store.ts";
