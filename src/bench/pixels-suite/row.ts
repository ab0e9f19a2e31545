/** One figure of the suite: `prepare` makes the input, and what it gives is run again and again under the clock. */
export type PixelsRow = {
  readonly name: string;
  readonly prepare: () => (() => unknown) | Promise<() => unknown>;
  /** What is counted beside the time, by names of their own. */
  readonly figures?: () => Readonly<Record<string, number>>;
};
