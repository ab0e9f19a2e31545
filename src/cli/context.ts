import type { ApplicationContext } from "@stricli/core";
import type { BenchSuite } from "#bench";
import type { Studio } from "#studio";

/** A stream to print to; `isTTY` is a terminal that a person looks at. */
export type Output = {
  readonly write: (text: string) => void;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly getColorDepth?: () => number;
};

/** What every command gets: nothing else of the outside is touched. */
export interface CliContext extends ApplicationContext {
  readonly process: ApplicationContext["process"] & { readonly stdout: Output; readonly stderr: Output };
  /** Opened on first use: `--help` must not read the model or the library. */
  readonly studio: () => Promise<Studio>;
  /** Runs the studio on the terminal; answers the exit code. */
  readonly tui: () => Promise<number>;
  readonly benchSuites: () => Promise<readonly BenchSuite[]>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
