import { cpus, freemem, totalmem } from "node:os";
import { statfs } from "node:fs/promises";
import { HardwareError } from "./hardware-error.ts";
import { type Machine, readIfThere } from "./machine.ts";

export type GpuLoad = {
  readonly name: string;
  /** From 0 to 1. */
  readonly utilization: number | undefined;
  readonly usedBytes: number | undefined;
  readonly totalBytes: number | undefined;
  readonly celsius: number | undefined;
  readonly watts: number | undefined;
};

/** How busy the machine is; what it does not tell is undefined, never a guess. */
export type Load = {
  /** From 0 to 1, over all logical CPUs, since the reading before; undefined at the first. */
  readonly cpu: number | undefined;
  readonly memory: { readonly usedBytes: number; readonly totalBytes: number };
  /** Of the disk that holds the folder. */
  readonly disk: { readonly usedBytes: number; readonly totalBytes: number } | undefined;
  /** None where nvidia-smi is not installed or lists none. */
  readonly gpus: readonly GpuLoad[];
};

type CpuTimes = { readonly busy: number; readonly all: number };

export type LoadMeterOptions = {
  readonly machine: Pick<Machine, "readTextFile" | "run">;
  /** Whose disk is looked at. */
  readonly folder: string;
  /** Sums over all CPUs, in any unit; those of the operating system by default. */
  readonly cpuTimes?: () => CpuTimes;
  readonly nowMs?: () => number;
};

const gpuFields = ["name", "utilization.gpu", "memory.used", "memory.total", "temperature.gpu", "power.draw"];
/** A reading of the GPU starts a program, which costs some 20 ms of a core. */
const gpuEveryMs = 2000;
const gpuTimeoutMs = 3000;

/** Reads how busy the machine is, as often as asked; the readings of GPUs are up to two seconds old. */
export function openLoadMeter({
  machine,
  folder,
  cpuTimes = systemCpuTimes,
  nowMs = () => performance.now(),
}: LoadMeterOptions): () => Promise<Load> {
  let before: CpuTimes | undefined;
  let gpus: readonly GpuLoad[] = [];
  let gpusReadMs = Number.NEGATIVE_INFINITY;
  let hasGpus = true;

  return async () => {
    const now = cpuTimes();
    const all = before === undefined ? 0 : now.all - before.all;
    const cpu = before === undefined || all <= 0 ? undefined : Math.min(1, Math.max(0, (now.busy - before.busy) / all));
    before = now;
    if (hasGpus && nowMs() - gpusReadMs >= gpuEveryMs) {
      gpusReadMs = nowMs();
      const read = await readGpus(machine);
      hasGpus = read !== undefined;
      gpus = read ?? [];
    }
    return { cpu, memory: memoryOf(machine), disk: await diskOf(folder), gpus };
  };
}

function systemCpuTimes(): CpuTimes {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const { user, nice, sys, irq, idle } = times;
    busy += user + nice + sys + irq;
    all += user + nice + sys + irq + idle;
  }
  return { busy, all };
}

/** Linux counts what it keeps of files as used; MemAvailable is what programs can have. */
function memoryOf(machine: Pick<Machine, "readTextFile">): Load["memory"] {
  const totalBytes = totalmem();
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(readIfThere(machine, "/proc/meminfo") ?? "")?.[1];
  return { usedBytes: totalBytes - (available === undefined ? freemem() : Number(available) * 1024), totalBytes };
}

async function diskOf(folder: string): Promise<Load["disk"]> {
  try {
    const { blocks, bavail, bfree, bsize } = await statfs(folder);
    // Blocks that only root may use are neither used nor free.
    const usedBytes = (blocks - bfree) * bsize;
    return { usedBytes, totalBytes: usedBytes + bavail * bsize };
  } catch {
    return undefined;
  }
}

/** Undefined where there is no nvidia-smi, so that it is not looked for again. */
async function readGpus(machine: Pick<Machine, "run">): Promise<readonly GpuLoad[] | undefined> {
  try {
    const { exitCode, stdout } = await machine.run(
      "nvidia-smi",
      [`--query-gpu=${gpuFields.join(",")}`, "--format=csv,noheader,nounits"],
      { timeoutMs: gpuTimeoutMs },
    );
    return exitCode === 0 ? stdout.split("\n").flatMap(parseGpu) : [];
  } catch (error) {
    if (error instanceof HardwareError) return error.code === "program-missing" ? undefined : [];
    throw error;
  }
}

function parseGpu(line: string): GpuLoad[] {
  const cells = line.split(",").map((cell) => cell.trim());
  const [utilization, used, total, celsius, watts] = cells.slice(-5).map(numberIn);
  const name = cells.slice(0, -5).join(", ");
  if (name === "") return [];
  const bytes = (mebibytes: number | undefined) => (mebibytes === undefined ? undefined : mebibytes * 2 ** 20);
  return [
    {
      name,
      utilization: utilization === undefined ? undefined : utilization / 100,
      usedBytes: bytes(used),
      totalBytes: bytes(total),
      celsius,
      watts,
    },
  ];
}

/** nvidia-smi puts what it cannot tell in brackets: [N/A], [Not Supported]. */
function numberIn(cell: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : undefined;
}
