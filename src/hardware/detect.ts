import { type Cpu, detectCpu } from "./cpu.ts";
import { findGpus, type Gpu, isGb10 } from "./gpus.ts";
import { type Machine, readIfThere } from "./machine.ts";
import { detectMemory, type Memory } from "./memory.ts";

/** What a machine has, as far as it matters to drawing sprites. */
export type Hardware = {
  readonly platform: NodeJS.Platform;
  readonly architecture: string;
  readonly nodeVersion: string;
  readonly cpu: Cpu;
  readonly memory: Memory;
  readonly gpus: readonly Gpu[];
  /** Why the GPUs could not be listed, though nvidia-smi is there. */
  readonly gpuTrouble: string | null;
  /** A DGX Spark, or another maker's machine around the same GB10 chip. */
  readonly isDgxSpark: boolean;
};

/**
 * Asks the machine once; takes at most a few times `timeoutMs`. Throws for nothing that a machine may lack, only the
 * reason of an aborted signal.
 */
export async function detect(
  machine: Machine,
  { timeoutMs = 5000, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<Hardware> {
  const [cpu, memory, search] = await Promise.all([
    detectCpu(machine),
    detectMemory(machine),
    findGpus(machine, { timeoutMs, signal }),
  ]);
  const product = readIfThere(machine, "/sys/class/dmi/id/product_name") ?? "";
  return {
    platform: machine.platform,
    architecture: machine.architecture,
    nodeVersion: machine.nodeVersion,
    cpu,
    memory,
    gpus: search.gpus,
    gpuTrouble: search.trouble,
    isDgxSpark: /DGX[_ ]Spark/i.test(product) || search.gpus.some(({ name }) => isGb10(name)),
  };
}
