import type { ApplicationContext } from "@stricli/core";
import type { BenchSuite } from "#bench";
import type { Client } from "#protocol";
import type { ComfyuiAccess, Studio } from "#studio";

/** A stream to print to; `isTTY` is a terminal that a person looks at. */
export type Output = {
  readonly write: (text: string) => void;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly getColorDepth?: () => number;
};

/** What `worker` starts with; what is left out comes from the settings. */
export type WorkerStart = {
  readonly listen?: string | undefined;
  readonly queue?: string | undefined;
  readonly name?: string | undefined;
  /** Pictures of the embedded model at once. */
  readonly slots?: number | undefined;
  readonly health?: { readonly host: string; readonly port: number } | undefined;
  readonly leaseMs?: number | undefined;
  readonly onTrouble: (error: unknown) => void;
};

export type RunningWorker = {
  readonly name: string;
  readonly endpoint: string | undefined;
  readonly health: string | undefined;
  /** Undefined for a worker of a farm, which keeps nothing. */
  readonly library: string | undefined;
  readonly queue: string;
  readonly slots: readonly string[];
  /** Running jobs have `graceMs` to finish; then they go back to the queue. */
  readonly close: (graceMs: number) => Promise<void>;
};

/** What draws in the background. */
export type DaemonAccess = {
  /** The queue, by the daemon where one runs, and else as it lies on the disk. */
  readonly openJobs: () => Promise<{
    readonly client: Client;
    readonly isDaemon: boolean;
    readonly close: () => Promise<void>;
  }>;
  /** The daemon where one runs; else a queue and what draws, in this process. */
  readonly openDrawing: () => Promise<{ readonly client: Client; readonly close: () => Promise<void> }>;
  readonly start: (options: WorkerStart) => Promise<RunningWorker>;
  readonly makeKeys: (name: string) => Promise<{ readonly file: string }>;
};

/** What every command gets: nothing else of the outside is touched. */
export interface CliContext extends ApplicationContext {
  readonly process: ApplicationContext["process"] & { readonly stdout: Output; readonly stderr: Output };
  /** Opened on first use: `--help` must not read the model or the library. */
  readonly studio: () => Promise<Studio>;
  /** Runs the studio on the terminal; answers the exit code. */
  readonly tui: () => Promise<number>;
  readonly daemon: DaemonAccess;
  /** How the ComfyUI servers of the settings are reached. */
  readonly comfyui: () => Promise<ComfyuiAccess>;
  readonly benchSuites: () => Promise<readonly BenchSuite[]>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
