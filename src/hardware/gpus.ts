import { HardwareError } from "./hardware-error.ts";
import type { Machine } from "./machine.ts";
import type { RunOptions } from "./run-program.ts";

export type Gpu = {
  readonly name: string;
  /** Null where the driver does not tell, as with memory shared with the CPU. */
  readonly memoryBytes: number | null;
  readonly driver: string | null;
  /** Such as "12.1"; null from drivers that do not know the question. */
  readonly computeCapability: string | null;
  /** The GPU uses the system's memory. */
  readonly unifiedMemory: boolean;
};

/** `trouble` says why nvidia-smi, though installed, gave no list. */
export type GpuSearch = { readonly gpus: readonly Gpu[]; readonly trouble: string | null };

const fields = ["name", "memory.total", "driver_version"];

/** The NVIDIA GPUs that nvidia-smi lists; none when it is not installed. Waits `timeoutMs` at most, twice. */
export async function findGpus(machine: Machine, options: RunOptions): Promise<GpuSearch> {
  try {
    const newer = await query(machine, [...fields, "compute_cap"], options);
    // Drivers before 510 do not know compute_cap and answer nothing else.
    const isTooNew = newer.exitCode !== 0 && newer.output.includes("compute_cap");
    const { exitCode, output } = isTooNew ? await query(machine, fields, options) : newer;
    if (/no devices were found/i.test(output)) return { gpus: [], trouble: null };
    if (exitCode !== 0) return { gpus: [], trouble: `nvidia-smi failed: ${firstLine(output)}` };
    return { gpus: output.split("\n").flatMap((line) => parseGpu(line, !isTooNew)), trouble: null };
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    return { gpus: [], trouble: error.code === "program-missing" ? null : error.message };
  }
}

async function query(machine: Machine, names: readonly string[], options: RunOptions) {
  const list = [`--query-gpu=${names.join(",")}`, "--format=csv,noheader,nounits"];
  const { exitCode, stdout, stderr } = await machine.run("nvidia-smi", list, options);
  return { exitCode, output: exitCode === 0 ? stdout : `${stdout}\n${stderr}` };
}

function parseGpu(line: string, hasCapability: boolean): Gpu[] {
  const cells = line.split(",").map((cell) => cell.trim());
  const computeCapability = hasCapability ? known(cells.pop()) : null;
  const driver = known(cells.pop());
  const memory = cells.pop();
  const name = cells.join(", ");
  if (name === "" || memory === undefined) return [];
  return [
    {
      name,
      memoryBytes: /^\d+$/.test(memory) ? Number(memory) * 2 ** 20 : null,
      driver,
      computeCapability,
      unifiedMemory: isGb10(name) || /^\[?(?:n\/a|not supported)\]?$/i.test(memory),
    },
  ];
}

/** Whether it is the GPU of a DGX Spark (or of another maker's machine with the same chip). */
export function isGb10(name: string): boolean {
  return /\bGB10\b/.test(name);
}

/** nvidia-smi puts what it cannot tell in brackets: [N/A], [Not Supported], [Unknown Error]. */
function known(cell: string | undefined): string | null {
  return cell === undefined || cell === "" || cell === "N/A" || cell.startsWith("[") ? null : cell;
}

function firstLine(output: string): string {
  return output.trim().split("\n")[0].trim() || "it said nothing";
}
