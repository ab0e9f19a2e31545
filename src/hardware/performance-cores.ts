import { type Machine, readIfThere } from "./machine.ts";
import { readSysctl } from "./sysctl.ts";

/** A core at least this fast, compared with the fastest, works beside it without making it wait. */
const fastShare = 0.8;

/**
 * How many physical fast cores this process may use, at least 1. A matrix product split over threads ends when its
 * slowest thread does, so efficiency cores (half of a DGX Spark's) and second hardware threads do not count.
 *
 * Linux: cpu_capacity, else the highest clock; macOS: performance level 0. Where neither is known, all count.
 */
export async function countPerformanceCores(machine: Machine): Promise<number> {
  const count = await knownFastCores(machine);
  return Math.max(1, Math.min(count ?? machine.parallelism, machine.parallelism));
}

async function knownFastCores(machine: Machine): Promise<number | undefined> {
  if (machine.platform === "linux") return linuxFastCores(machine);
  if (machine.platform === "darwin") return macFastCores(machine);
  return undefined;
}

function linuxFastCores(machine: Machine): number | undefined {
  const folder = "/sys/devices/system/cpu";
  const speedOfCore = new Map<string, number>();
  for (const cpu of cpusInList(readIfThere(machine, `${folder}/online`) ?? "")) {
    const read = (name: string) => readIfThere(machine, `${folder}/cpu${cpu}/${name}`)?.trim();
    const core = read("topology/thread_siblings_list") ?? String(cpu);
    speedOfCore.set(core, Number(read("cpu_capacity") ?? read("cpufreq/cpuinfo_max_freq") ?? 1));
  }
  if (speedOfCore.size === 0) return undefined;
  const fastest = Math.max(...speedOfCore.values());
  return [...speedOfCore.values()].filter((speed) => speed >= fastest * fastShare).length;
}

async function macFastCores(machine: Machine): Promise<number | undefined> {
  const values = await readSysctl(machine);
  const count = values.get("hw.perflevel0.physicalcpu") ?? values.get("hw.physicalcpu");
  return count === undefined ? undefined : Number(count);
}

/** The kernel's list format: "0-3,8" is 0, 1, 2, 3, 8. */
function cpusInList(list: string): number[] {
  return [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, first, last]) =>
    Array.from({ length: Number(last ?? first) - Number(first) + 1 }, (_, index) => Number(first) + index),
  );
}
