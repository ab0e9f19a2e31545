import type { Load } from "#hardware";

/** Readings a minute, and minutes that are kept. */
const everyMs = 1000;
const keptMs = 5 * 60_000;

export type Sample = Load & { readonly atMs: number; readonly openJobs: number };

/** How busy the machine was over the last five minutes, one reading a second, whichever screen is in front. */
export class LoadHistory {
  samples: readonly Sample[] = [];
  readonly #read: () => Promise<Load>;
  readonly #openJobs: () => number;
  readonly #changed: () => void;
  readonly #clockMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #isReading = false;

  constructor(options: {
    readonly read: () => Promise<Load>;
    readonly openJobs: () => number;
    readonly changed: () => void;
    readonly clockMs: () => number;
  }) {
    this.#read = options.read;
    this.#openJobs = options.openJobs;
    this.#changed = options.changed;
    this.#clockMs = options.clockMs;
    this.#timer = setInterval(() => void this.#sample(), everyMs);
    this.#timer.unref();
    void this.#sample();
  }

  get latest(): Sample | undefined {
    return this.samples.at(-1);
  }

  /** One value a second over the last `seconds`, oldest first; seconds without a reading are undefined. */
  series(seconds: number, valueOf: (sample: Sample) => number | undefined): readonly (number | undefined)[] {
    const values = new Array<number | undefined>(seconds).fill(undefined);
    const nowMs = this.#clockMs();
    for (const sample of this.samples) {
      const place = seconds - 1 - Math.floor((nowMs - sample.atMs) / everyMs);
      if (place >= 0 && place < seconds) values[place] = valueOf(sample);
    }
    return values;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #sample(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      const load = await this.#read();
      const atMs = this.#clockMs();
      const kept = this.samples.filter((sample) => sample.atMs > atMs - keptMs);
      this.samples = [...kept, { ...load, atMs, openJobs: this.#openJobs() }];
      this.#changed();
    } catch {
      // A reading that failed is a gap in the charts.
    } finally {
      this.#isReading = false;
    }
  }
}
