import { BenchError } from "./bench-error.ts";
import { type Summary, summarize } from "./summary.ts";

export type Measurement = Summary & { readonly name: string };

export type MeasureOptions = {
  /** Runs before those that count; 1 by default. */
  readonly warmups?: number;
  /** Runs that count; 5 by default. */
  readonly repetitions?: number;
  /** Ends it between two runs, by the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds on a clock that never goes back. */
  readonly nowMs?: () => number;
};

/** Runs a function again and again, one at a time, and gives the seconds each run took. Throws BenchError. */
export async function measure(name: string, run: () => unknown, options: MeasureOptions = {}): Promise<Measurement> {
  const { warmups, repetitions, signal, nowMs } = checkedOptions(name, options);
  for (let done = 0; done < warmups; done++) {
    signal?.throwIfAborted();
    await run();
  }
  const samples: number[] = [];
  for (let done = 0; done < repetitions; done++) {
    signal?.throwIfAborted();
    samples.push(await secondsOf(run, nowMs));
  }
  return { name, ...summarize(samples) };
}

/** Seconds that one run takes. */
export async function secondsOf(run: () => unknown, nowMs: () => number): Promise<number> {
  const started = nowMs();
  await run();
  return (nowMs() - started) / 1000;
}

export function checkedOptions(
  name: string,
  { warmups = 1, repetitions = 5, signal, nowMs = () => performance.now() }: MeasureOptions,
) {
  const isWhole = Number.isInteger(warmups) && Number.isInteger(repetitions);
  if (!isWhole || warmups < 0 || repetitions < 1)
    throw new BenchError(
      "bad-repetitions",
      `Cannot measure ${name} with ${warmups} warm-ups and ${repetitions} repetitions: ` +
        "give whole numbers, from 0 and from 1",
      { subject: name, value: { warmups, repetitions } },
    );
  return { warmups, repetitions, signal, nowMs };
}
