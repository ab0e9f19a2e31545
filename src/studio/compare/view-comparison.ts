import { type Rank, rankContenders } from "#evaluation";
import type { Comparison, Library, LibraryEntry } from "#library";

export type ComparedCell = {
  readonly job: string;
  /** What the job came to, unless it has not ended, failed, or its sprite was removed. */
  readonly entry: LibraryEntry | undefined;
};

/** A comparison with what became of it: cells by row and contender. */
export type ComparisonView = Comparison & { readonly cells: readonly (readonly ComparedCell[])[] };

/** Finds the sprites of a comparison. */
export function viewComparison(library: Library, comparison: Comparison): ComparisonView {
  return {
    ...comparison,
    cells: comparison.rows.map(({ jobs }) => jobs.map((job) => ({ job, entry: library.delivered(job)?.entry }))),
  };
}

export type ContenderRank = Rank & { readonly label: string };

/** Ranks every contender of the library's comparisons by all votes; each is called what it was called last. */
export function rankByVotes(library: Library): readonly ContenderRank[] {
  const labels = new Map<string, string>();
  const votes = library.comparisons.votes().map(({ shown, winner, contenders }) => {
    for (const { key, label } of contenders) labels.set(key, label);
    return {
      shown: shown.map((place) => contenders[place].key),
      winner: winner === null ? null : contenders[winner].key,
    };
  });
  return rankContenders(votes).map((rank) => ({ ...rank, label: labels.get(rank.contender) ?? "" }));
}
