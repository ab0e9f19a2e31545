import type { JobQueue } from "#jobs";
import { conflate, shrinkPreview } from "#protocol";
import type { RunOptions } from "./run-job.ts";

/** Often enough to see a picture become, seldom enough for a network of many workers. */
const everyMs = 250;
/** Of a preview that goes to another machine, in pixels: 16 KB at most. */
const mostSide = 64;

/** Shows on the queue how far jobs are, for a head on another machine; the latest of each job only. */
export function showProgress(queue: Pick<JobQueue, "show">): RunOptions["onProgress"] {
  const latest = conflate<() => void>(everyMs, (show) => show());
  return (id, progress, preview) =>
    latest.push(id, () =>
      queue.show({ id, progress, ...(preview !== undefined && { picture: shrinkPreview(preview, mostSide) }) }),
    );
}
