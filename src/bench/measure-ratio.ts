import { checkedOptions, type Measurement, type MeasureOptions, secondsOf } from "./measure.ts";
import { summarize } from "./summary.ts";

export type Contender = { readonly name: string; readonly run: () => unknown };

export type RatioMeasurement = {
  /** The median of seconds of first / seconds of second, pair by pair: above 1 the second is faster. */
  readonly ratio: number;
  readonly first: Measurement;
  readonly second: Measurement;
};

/**
 * Compares two functions in one run. They take turns, and each pair begins with the other one, so that a machine that
 * grows hot or busy slows both alike. Throws BenchError.
 */
export async function measureRatio(
  first: Contender,
  second: Contender,
  options: MeasureOptions = {},
): Promise<RatioMeasurement> {
  const { warmups, repetitions, signal, nowMs } = checkedOptions(`${first.name} and ${second.name}`, options);
  const seconds: { first: number[]; second: number[] } = { first: [], second: [] };
  for (let done = 0; done < warmups + repetitions; done++) {
    const turns = [
      { contender: first, samples: seconds.first },
      { contender: second, samples: seconds.second },
    ];
    for (const { contender, samples } of done % 2 === 0 ? turns : turns.toReversed()) {
      signal?.throwIfAborted();
      const sample = await secondsOf(contender.run, nowMs);
      if (done >= warmups) samples.push(sample);
    }
  }
  return {
    ratio: summarize(seconds.first.map((sample, index) => sample / seconds.second[index])).median,
    first: { name: first.name, ...summarize(seconds.first) },
    second: { name: second.name, ...summarize(seconds.second) },
  };
}
