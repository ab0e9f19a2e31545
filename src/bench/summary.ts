/** What a series of figures comes to, in their unit: seconds where they are times. `samples` are in the order taken. */
export type Summary = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The value that 95 of 100 do not exceed (nearest rank): the greatest, below 20 samples. */
  readonly p95: number;
  readonly samples: readonly number[];
};

/** Throws a RangeError when there is nothing to summarize. */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError("Cannot summarize 0 samples: take at least one");
  const sorted = Float64Array.from(samples).sort();
  const middle = sorted.length >> 1;
  return {
    median: sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    p95: sorted[Math.ceil(sorted.length * 0.95) - 1],
    samples,
  };
}
