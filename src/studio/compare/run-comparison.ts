import type { Library } from "#library";
import { type Client, followJobs } from "#protocol";
import type { ComparisonPlan } from "./plan-comparison.ts";

/** What became of one job of a comparison. */
export type ComparedJob = {
  readonly row: number;
  readonly contender: number;
  readonly job: string;
  /** Why there is no sprite: the failure's sentence, or that it was cancelled. */
  readonly failure?: string | undefined;
};

export type RunComparisonOptions = {
  readonly library: Pick<Library, "comparisons">;
  readonly queue: Client;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Files a comparison, has its jobs done as one group, and tells of each when it and those before it have ended, in their
 * order. When the signal is aborted or the caller goes away, what has not ended is cancelled; what has been drawn stays
 * with the comparison.
 */
export async function* runComparison(
  { comparison, jobs }: ComparisonPlan,
  { library, queue, signal }: RunComparisonOptions,
): AsyncGenerator<ComparedJob> {
  signal?.throwIfAborted();
  library.comparisons.add(comparison);
  const cells = new Map(
    comparison.rows.flatMap(({ jobs: ids }, row) => ids.map((id, contender) => [id, { row, contender }] as const)),
  );
  const ids = jobs.map(({ id }) => id);
  const following = followJobs(queue, comparison.id, ids, { signal });
  try {
    await queue.add({ jobs }, { signal });
    for (const id of ids) {
      const ended = await following.ended(id);
      const failure =
        ended.state === "failed" ? ended.failure.message : ended.state === "cancelled" ? "Cancelled" : undefined;
      const cell = cells.get(id);
      if (cell !== undefined) yield { ...cell, job: id, ...(failure !== undefined && { failure }) };
    }
  } finally {
    following.stop();
    await Promise.allSettled(following.open().map((id) => queue.cancel({ id })));
  }
}
