import { detect, type Hardware, type Machine, thisMachine } from "#hardware";
import { BenchError } from "./bench-error.ts";

/** One figure with the unit in its name (`warmSecondsPerSprite`), or words. */
export type Figure = number | string;

/** Figures of the same names for several things. */
export type FigureTable = readonly Readonly<Record<string, Figure>>[];

/** What a suite came to, by name. */
type Figures = Readonly<Record<string, Figure | FigureTable>>;

/** What a person may say about how a suite is run; a suite names those it heeds. */
export type BenchOptions = {
  /** How often everything that is drawn at random is drawn. */
  readonly seeds?: number;
  /** Folder of the training dataset, of which held-out sprites are taken too. */
  readonly dataset?: string;
  /** A Python that has the programs to compare with. */
  readonly peers?: string;
  /** ComfyUI servers in place of those in the settings, with commas between. */
  readonly url?: string;
  /** Another width and height to draw at, for servers without a GPU. */
  readonly canvas?: number;
  /** Folder of a ComfyUI to start, in place of servers that run. */
  readonly comfyui?: string;
  /** The Python that has its requirements. */
  readonly python?: string;
  /** Ways to tune it, with commas between; all by default. */
  readonly tunings?: string;
  /** Workflows, with commas between, in place of all. */
  readonly workflows?: string;
};

type BenchContext = {
  readonly signal: AbortSignal;
  readonly options: BenchOptions;
  /** Tells a person how far it is; goes nowhere by default. */
  readonly log: (text: string) => void;
};

/** One benchmark that anyone can run: a name to ask for it by, and a sentence on what it measures. */
export type BenchSuite = {
  readonly name: string;
  readonly description: string;
  readonly heeds?: readonly (keyof BenchOptions)[];
  readonly run: (context: BenchContext) => Promise<Figures>;
};

/** The figures beside the suite's name and the machine they hold for; plain JSON. */
export type BenchReport = Figures & { readonly suite: string; readonly environment: string };

/**
 * Runs a suite on this machine. Throws BenchError for an option that the suite does not heed, and for a figure that is
 * no finite number or has a name of the report.
 */
export async function runSuite(
  suite: BenchSuite,
  {
    signal,
    log = () => {},
    machine = thisMachine(),
    options = {},
  }: {
    readonly signal: AbortSignal;
    readonly options?: BenchOptions;
    readonly log?: (text: string) => void;
    readonly machine?: Machine;
  },
): Promise<BenchReport> {
  signal.throwIfAborted();
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && !suite.heeds?.includes(name as keyof BenchOptions))
      throw new BenchError("bad-option", `Cannot run ${suite.name} with --${name}: leave it out`, {
        subject: name,
        value,
      });
  const environment = describeEnvironment(await detect(machine));
  const figures = await suite.run({ signal, log, options });
  for (const [name, value] of Object.entries(figures))
    if (name === "suite" || name === "environment" || !isReportable(value))
      throw new BenchError(
        "bad-figure",
        `Cannot report ${name} of ${suite.name} as ${textOf(value)}: correct the suite`,
        {
          subject: name,
          value,
        },
      );
  return { suite: suite.name, environment, ...figures };
}

function isReportable(value: Figure | FigureTable): boolean {
  if (typeof value === "object") return value.every((row) => Object.values(row).every(isReportable));
  return typeof value === "string" || Number.isFinite(value);
}

function textOf(value: Figure | FigureTable): string {
  return typeof value === "object" ? "a table with what is no number" : String(value);
}

/** The machine in general terms, such as "linux x64, 2 cores, 24 GiB, Node 26.10.0": nothing that tells whose it is. */
function describeEnvironment({ platform, architecture, cpu, memory, gpus, nodeVersion }: Hardware): string {
  const cores = `${cpu.cores} ${cpu.cores === 1 ? "core" : "cores"}`;
  const gibibytes = `${Math.round(memory.totalBytes / 2 ** 30)} GiB`;
  const names = gpus.map(({ name }) => name);
  return [`${platform} ${architecture}`, cores, gibibytes, ...names, `Node ${nodeVersion}`].join(", ");
}
