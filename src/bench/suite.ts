import { detect, type Hardware, type Machine, thisMachine } from "#hardware";
import { BenchError } from "./bench-error.ts";

/** What a suite came to: figures by name, with the unit in the name (`warmSecondsPerSprite`), or words. */
type Figures = Readonly<Record<string, number | string>>;

type BenchContext = {
  readonly signal: AbortSignal;
  /** Tells a person how far it is; goes nowhere by default. */
  readonly log: (text: string) => void;
};

/** One benchmark that anyone can run: a name to ask for it by, and a sentence on what it measures. */
export type BenchSuite = {
  readonly name: string;
  readonly description: string;
  readonly run: (context: BenchContext) => Promise<Figures>;
};

/** The figures beside the suite's name and the machine they hold for; plain JSON. */
export type BenchReport = Figures & { readonly suite: string; readonly environment: string };

/** Runs a suite on this machine. Throws BenchError for a figure that is no finite number or has a name of the report. */
export async function runSuite(
  suite: BenchSuite,
  {
    signal,
    log = () => {},
    machine = thisMachine(),
  }: {
    readonly signal: AbortSignal;
    readonly log?: (text: string) => void;
    readonly machine?: Machine;
  },
): Promise<BenchReport> {
  signal.throwIfAborted();
  const environment = describeEnvironment(await detect(machine));
  const figures = await suite.run({ signal, log });
  for (const [name, value] of Object.entries(figures))
    if (name === "suite" || name === "environment" || (typeof value === "number" && !Number.isFinite(value)))
      throw new BenchError("bad-figure", `Cannot report ${name} of ${suite.name} as ${value}: correct the suite`, {
        subject: name,
        value,
      });
  return { suite: suite.name, environment, ...figures };
}

/** The machine in general terms, such as "linux x64, 2 cores, 24 GiB, Node 26.10.0": nothing that tells whose it is. */
function describeEnvironment({ platform, architecture, cpu, memory, gpus, nodeVersion }: Hardware): string {
  const cores = `${cpu.cores} ${cpu.cores === 1 ? "core" : "cores"}`;
  const gibibytes = `${Math.round(memory.totalBytes / 2 ** 30)} GiB`;
  const names = gpus.map(({ name }) => name);
  return [`${platform} ${architecture}`, cores, gibibytes, ...names, `Node ${nodeVersion}`].join(", ");
}
