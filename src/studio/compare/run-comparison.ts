import type { Library } from "#library";
import type { Client } from "#protocol";
import type { ComparisonPlan } from "./plan-comparison.ts";

/** What became of one job of a comparison. */
export type ComparedJob = {
  readonly row: number;
  readonly contender: number;
  readonly job: string;
  /** Why there is no sprite: the failure's sentence, or that it was cancelled. */
  readonly failure?: string | undefined;
};

type Queue = Pick<Client, "add" | "list" | "watch" | "cancel">;

/**
 * Files a comparison, has its jobs done as one group, and tells of each as it ends. When the signal is aborted, what has
 * not ended is cancelled; what has been drawn stays with the comparison.
 */
export async function* runComparison(
  { comparison, jobs }: ComparisonPlan,
  {
    library,
    queue,
    signal,
  }: {
    readonly library: Pick<Library, "comparisons">;
    readonly queue: Queue;
    readonly signal?: AbortSignal | undefined;
  },
): AsyncGenerator<ComparedJob> {
  signal?.throwIfAborted();
  library.comparisons.add(comparison);
  const waiting = new Map(
    comparison.rows.flatMap(({ jobs: ids }, row) => ids.map((id, contender) => [id, { row, contender }] as const)),
  );
  const ended: ComparedJob[] = [];
  let wake = () => {};
  const settle = (job: Awaited<ReturnType<Queue["list"]>>["jobs"][number]) => {
    const cell = waiting.get(job.id);
    if (cell === undefined) return;
    const failure = job.state === "failed" ? job.failure.message : job.state === "cancelled" ? "Cancelled" : undefined;
    if (failure === undefined && job.state !== "done") return;
    waiting.delete(job.id);
    ended.push({ ...cell, job: job.id, ...(failure !== undefined && { failure }) });
    wake();
  };
  const lookAgain = async () => {
    for (let offset = 0; ; ) {
      const page = await queue.list({ group: comparison.id, limit: 500, offset });
      for (const job of page.jobs) settle(job);
      offset += page.jobs.length;
      if (page.jobs.length === 0 || offset >= page.total) return;
    }
  };
  let failed: unknown;
  const lookAgainSoon = () =>
    void lookAgain().catch((error: unknown) => {
      failed = error;
      wake();
    });
  const unwatch = queue.watch((event) => {
    if (event.kind === "job") settle(event.job);
    if (event.kind === "missed" || (event.kind === "connection" && event.isConnected)) lookAgainSoon();
  });
  const onAbort = () => wake();
  signal?.addEventListener("abort", onAbort);
  try {
    await queue.add({ jobs }, { signal });
    // Jobs that ended before the first event was heard.
    lookAgainSoon();
    while (waiting.size > 0 || ended.length > 0) {
      const next = ended.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      if (failed !== undefined) throw failed;
      signal?.throwIfAborted();
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    unwatch();
    signal?.removeEventListener("abort", onAbort);
    if (waiting.size > 0) await Promise.allSettled([...waiting.keys()].map((id) => queue.cancel({ id })));
  }
}
