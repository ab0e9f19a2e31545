import { resolve } from "node:path";
import type { Recipe } from "#asset";
import { FilesError, makeFolder } from "#files";
import { type AddOptions, addSprite, deliverSprite, entryOfJob, type NewSprite } from "./add-sprite.ts";
import {
  addComparison,
  addVote,
  allVotes,
  type Comparison,
  type ComparisonPage,
  type Contender,
  findComparison,
  listComparisons,
  type NewComparison,
  type RowVote,
  removeComparison,
  removeVote,
} from "./comparisons.ts";
import { deliveredBy } from "./deliveries.ts";
import { entriesOf, type LibraryEntry } from "./entry.ts";
import { type Export, type ExportOptions, exportSprites } from "./export-sprites.ts";
import { settleIntents } from "./intents.ts";
import { listTags, rateSprites, type TagUse, tagSprites, untagSprites } from "./label.ts";
import {
  defaultLimit,
  countSprites,
  findPage,
  type LibraryPage,
  type SpriteFilter,
  type SpriteQuery,
} from "./query.ts";
import { LibraryError } from "./library-error.ts";
import { recipeJsonOf } from "./recipe-of.ts";
import { serialOf } from "./reference.ts";
import { removeSprites } from "./remove-sprites.ts";
import { type Repair, repairLibrary } from "./repair.ts";
import { libraryErrorFrom } from "./sqlite-error.ts";
import { databaseName, inSnapshot, openStore, type StoreOptions } from "./store.ts";

/**
 * What has been made, and everything that is known of it. A reference is an id, its first four or more characters, or a
 * file. Every operation throws LibraryError; those that touch files throw FilesError too.
 */
export type Library = {
  /** Absolute path. */
  readonly directory: string;
  add(sprite: NewSprite, options?: AddOptions): Promise<LibraryEntry>;
  /**
   * Puts in what a job made, once: a second try's sprite is not added, and the first one is answered; nothing, if that
   * has been removed.
   */
  deliver(job: string, sprite: NewSprite, options?: AddOptions): Promise<LibraryEntry | undefined>;
  /** Id of the sprite that a job has delivered, with its entry unless it was removed; undefined if it has not. */
  delivered(job: string): { readonly id: string; readonly entry: LibraryEntry | undefined } | undefined;
  get(reference: string): LibraryEntry & { readonly recipe: Recipe };
  list(query?: SpriteQuery): LibraryPage;
  search(text: string, query?: SpriteQuery): LibraryPage;
  count(filter?: SpriteFilter): number;
  /** Every tag in use, the commonest first. */
  tags(): readonly TagUse[];
  tag(references: readonly string[], tags: readonly string[]): readonly LibraryEntry[];
  untag(references: readonly string[], tags: readonly string[]): readonly LibraryEntry[];
  /** 1 (poor) to 5 (best); null takes the rating away. */
  rate(references: readonly string[], rating: number | null): readonly LibraryEntry[];
  /** Answers what they were. */
  remove(references: readonly string[]): readonly LibraryEntry[];
  exportTo(selection: readonly string[] | SpriteQuery, folder: string, options?: ExportOptions): Promise<Export>;
  /** What was drawn side by side, and which of it was found the best. */
  readonly comparisons: {
    /** Files a comparison before its jobs are asked for; one whose id is there already is answered as it is. */
    add(comparison: NewComparison): Comparison;
    /** By its id or the first four or more characters of it. */
    get(reference: string): Comparison;
    /** The newest first; 50 unless asked otherwise. */
    list(page?: { readonly limit?: number; readonly offset?: number }): ComparisonPage;
    /** Every vote on every comparison, the oldest first. */
    votes(): readonly (RowVote & { readonly contenders: readonly Contender[] })[];
    /** Takes the place of an earlier vote on the same row. */
    vote(reference: string, vote: Omit<RowVote, "created">): Comparison;
    unvote(reference: string, row: number): Comparison;
    /** The sprites stay. */
    remove(reference: string): void;
  };
  /** Compares the library with its files, which takes a while. */
  repair(): Promise<Repair>;
  close(): void;
};

/**
 * Opens the library in a folder, which is made if need be, and finishes what a killed process left undone. Any number of
 * processes may have it open. Throws LibraryError and FilesError.
 */
export async function openLibrary(directory: string, options: StoreOptions): Promise<Library> {
  const folder = resolve(directory);
  await makeFolder(folder);
  const store = await openStore(folder, databaseName, options);
  const { database } = store;

  const told = <Result>(doing: string, work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      throw libraryErrorFrom(cause, doing, store);
    }
  };
  const toldLater = async <Result>(doing: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (cause) {
      throw libraryErrorFrom(cause, doing, store);
    }
  };

  try {
    await toldLater("open the library", () => settleIntents(store));
  } catch (cause) {
    // What cannot be finished on a full disk waits there; what is in the library can be seen all the same.
    const canWait = cause instanceof FilesError || (cause instanceof LibraryError && cause.code !== "damaged");
    if (!canWait) {
      database.close();
      throw cause;
    }
  }

  return {
    directory: folder,
    add: (sprite, addOptions) => toldLater("add to the library", () => addSprite(store, sprite, addOptions)),
    deliver: (job, sprite, addOptions) =>
      toldLater("add to the library", () => deliverSprite(store, job, sprite, addOptions)),
    delivered: (job) =>
      told("read the library", () => {
        const id = deliveredBy(store, job);
        return id === undefined ? undefined : { id, entry: entryOfJob(store, job) };
      }),
    get: (reference) =>
      told("read the library", () =>
        inSnapshot(store, () => {
          const [entry] = entriesOf(store, [serialOf(store, reference)]) as [LibraryEntry];
          return { ...entry, recipe: JSON.parse(recipeJsonOf(store, entry.id)) as Recipe };
        }),
      ),
    list: (query = {}) => told("list the library", () => findPage(store, query)),
    search: (text, query = {}) => told("search the library", () => findPage(store, { ...query, text })),
    count: (filter = {}) => told("count the library", () => countSprites(store, filter)),
    tags: () => told("list the tags", () => listTags(store)),
    tag: (references, tags) => told("tag in the library", () => tagSprites(store, references, tags)),
    untag: (references, tags) => told("untag in the library", () => untagSprites(store, references, tags)),
    rate: (references, rating) => told("rate in the library", () => rateSprites(store, references, rating)),
    remove: (references) => told("delete from the library", () => removeSprites(store, references)),
    exportTo: (selection, target, exportOptions) =>
      toldLater("export from the library", () => exportSprites(store, selection, target, exportOptions)),
    comparisons: {
      add: (comparison) => told("file the comparison", () => addComparison(store, comparison)),
      get: (reference) => told("read the comparison", () => findComparison(store, reference)),
      list: ({ limit = defaultLimit, offset = 0 } = {}) =>
        told("list the comparisons", () => listComparisons(store, limit, offset)),
      votes: () => told("read the votes", () => allVotes(store)),
      vote: (reference, vote) => told("file the vote", () => addVote(store, reference, vote)),
      unvote: (reference, row) => told("take the vote back", () => removeVote(store, reference, row)),
      remove: (reference) => told("delete the comparison", () => removeComparison(store, reference)),
    },
    repair: () => toldLater("repair the library", () => repairLibrary(store)),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}
