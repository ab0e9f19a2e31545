import type { Machine } from "./machine.ts";

/**
 * macOS' system values by name, such as `hw.perflevel0.physicalcpu`. Empty when sysctl does not answer: unknown names
 * make it fail, so whole subtrees are asked for and its exit code is not looked at.
 */
export async function readSysctl(machine: Machine): Promise<ReadonlyMap<string, string>> {
  try {
    const { stdout } = await machine.run("sysctl", ["hw", "machdep.cpu"], { timeoutMs: 2000 });
    return new Map([...stdout.matchAll(/^([\w.]+): ?(.*)$/gm)].map(([, name, value]) => [name, value.trim()]));
  } catch {
    return new Map();
  }
}
