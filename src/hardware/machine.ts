import { readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { type ProgramResult, type RunOptions, runProgram } from "./run-program.ts";

/** All that this room may ask the machine it runs on; tests give another one. */
export type Machine = {
  readonly platform: NodeJS.Platform;
  /** As process.arch says it, such as x64 or arm64. */
  readonly architecture: string;
  readonly nodeVersion: string;
  /** The CPU's name as the operating system tells Node. */
  readonly cpuModel: string;
  /** Logical CPUs this process may use (affinity and container quota respected). */
  readonly parallelism: number;
  readonly totalMemoryBytes: number;
  readonly freeMemoryBytes: number;
  /** Reads a UTF-8 file whole; throws when it cannot. */
  readonly readTextFile: (path: string) => string;
  readonly run: (program: string, programArguments: readonly string[], options: RunOptions) => Promise<ProgramResult>;
};

/** The machine this process runs on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    architecture: process.arch,
    nodeVersion: process.versions.node,
    cpuModel: cpus().at(0)?.model ?? "",
    parallelism: availableParallelism(),
    totalMemoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    readTextFile: (path) => readFileSync(path, "utf8"),
    run: runProgram,
  };
}

/** The file's text, or undefined when it cannot be read: under /proc and /sys that is no news. */
export function readIfThere(machine: Pick<Machine, "readTextFile">, path: string): string | undefined {
  try {
    return machine.readTextFile(path);
  } catch {
    return undefined;
  }
}
