import { HardwareError } from "./hardware-error.ts";
import type { Machine } from "./machine.ts";

/** A machine for tests: nothing but the given text files, and no programs unless `run` is given. */
export function fakeMachine({
  files = {},
  ...changes
}: Partial<Machine> & { readonly files?: Readonly<Record<string, string>> } = {}): Machine {
  return {
    platform: "linux",
    architecture: "x64",
    nodeVersion: "26.10.0",
    cpuModel: "",
    parallelism: 2,
    totalMemoryBytes: 8 * 2 ** 30,
    freeMemoryBytes: 4 * 2 ** 30,
    readTextFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
      return text;
    },
    run: (program) =>
      Promise.reject(new HardwareError("program-missing", `Cannot ask ${program}`, { subject: program })),
    ...changes,
  };
}
