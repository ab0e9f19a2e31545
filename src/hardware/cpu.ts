import { type Machine, readIfThere } from "./machine.ts";
import { countPerformanceCores } from "./performance-cores.ts";
import { readSysctl } from "./sysctl.ts";

export type Cpu = {
  readonly model: string;
  /** Logical CPUs this process may use. */
  readonly cores: number;
  /** Physical fast cores this process may use. */
  readonly performanceCores: number;
  /** The instruction sets that matter here, by Linux' names; null where the platform does not tell. */
  readonly features: readonly string[] | null;
};

/** Instruction sets that decide how fast the embedded model runs, in the order they are told. */
const relevantFeatures = "avx2 avx_vnni avx512f avx512_vnni amx_int8 asimd asimddp i8mm bf16 sve sve2".split(" ");

const int8DotProducts: ReadonlySet<string> = new Set(["avx_vnni", "avx512_vnni", "amx_int8", "asimddp", "i8mm"]);

/** What macOS calls them. */
const sysctlFeatures: Readonly<Record<string, string>> = {
  "hw.optional.avx2_0": "avx2",
  "hw.optional.avx512f": "avx512f",
  "hw.optional.avx512vnni": "avx512_vnni",
  "hw.optional.AdvSIMD": "asimd",
  "hw.optional.arm.FEAT_DotProd": "asimddp",
  "hw.optional.arm.FEAT_I8MM": "i8mm",
  "hw.optional.arm.FEAT_BF16": "bf16",
};

/** Arm's own cores by their part number (util-linux, lscpu-arm.c); Linux gives no name for them. */
const armCores: Readonly<Record<string, string>> = {
  "0xd08": "Cortex-A72",
  "0xd0b": "Cortex-A76",
  "0xd0c": "Neoverse-N1",
  "0xd40": "Neoverse-V1",
  "0xd49": "Neoverse-N2",
  "0xd4f": "Neoverse-V2",
  "0xd84": "Neoverse-V3",
  "0xd85": "Cortex-X925",
  "0xd87": "Cortex-A725",
  "0xd8e": "Neoverse-N3",
};

export async function detectCpu(machine: Machine): Promise<Cpu> {
  const known = await knownCpu(machine);
  return {
    model: known.model ?? (machine.cpuModel.trim() || "unknown"),
    cores: machine.parallelism,
    performanceCores: await countPerformanceCores(machine),
    features: known.features,
  };
}

/** Whether the CPU multiplies and adds bytes in one instruction; null where the platform does not tell. */
export function hasInt8DotProduct(cpu: Cpu): boolean | null {
  return cpu.features === null ? null : cpu.features.some((feature) => int8DotProducts.has(feature));
}

type KnownCpu = { readonly model: string | undefined; readonly features: readonly string[] | null };

async function knownCpu(machine: Machine): Promise<KnownCpu> {
  if (machine.platform === "linux") return linuxCpu(machine);
  if (machine.platform === "darwin") return macCpu(machine);
  return { model: undefined, features: null };
}

function linuxCpu(machine: Machine): KnownCpu {
  const text = readIfThere(machine, "/proc/cpuinfo") ?? "";
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}\\s*: *(.*)$`, "gim"))].map(([, value]) => value);
  // Cores of one machine may differ; what counts is what all of them can.
  const perCore = values("(?:flags|features)").map((line) => new Set(line.trim().split(/\s+/)));
  const features = relevantFeatures.filter((feature) => perCore.every((core) => core.has(feature)));
  return {
    model: values("model name")[0] ?? armModel(values("cpu implementer"), values("cpu part")),
    features: perCore.length === 0 ? null : features,
  };
}

/** Such as "10 x Cortex-A725 + 10 x Cortex-X925". */
function armModel(implementers: readonly string[], parts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const [index, part] of parts.entries()) {
    const name = implementers[index] === "0x41" ? armCores[part.toLowerCase()] : undefined;
    if (name === undefined) return undefined;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts.size === 0 ? undefined : [...counts].map(([name, count]) => `${count} x ${name}`).join(" + ");
}

// From Apple's documentation of sysctl; not run on a Mac.
async function macCpu(machine: Machine): Promise<KnownCpu> {
  const values = await readSysctl(machine);
  const present = Object.keys(sysctlFeatures).filter((key) => values.get(key) === "1");
  return {
    model: values.get("machdep.cpu.brand_string"),
    features: values.size === 0 ? null : present.map((key) => sysctlFeatures[key]),
  };
}
