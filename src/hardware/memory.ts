import { type Machine, readIfThere } from "./machine.ts";

/** What this process may use: a container's limit counts as the machine's memory. */
export type Memory = { readonly totalBytes: number; readonly availableBytes: number };

export async function detectMemory(machine: Machine): Promise<Memory> {
  if (machine.platform === "linux") return linuxMemory(machine);
  const availableBytes = machine.platform === "darwin" ? await macAvailableBytes(machine) : undefined;
  return { totalBytes: machine.totalMemoryBytes, availableBytes: availableBytes ?? machine.freeMemoryBytes };
}

function linuxMemory(machine: Machine): Memory {
  const meminfo = readIfThere(machine, "/proc/meminfo") ?? "";
  const bytes = (key: string) => {
    const kibibytes = meminfo.match(new RegExp(`^${key}: +(\\d+) kB$`, "m"))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  };
  let totalBytes = bytes("MemTotal") ?? machine.totalMemoryBytes;
  let availableBytes = bytes("MemAvailable") ?? machine.freeMemoryBytes;
  for (const { limitBytes, usedBytes } of cgroupLimits(machine)) {
    totalBytes = Math.min(totalBytes, limitBytes);
    availableBytes = Math.min(availableBytes, Math.max(0, limitBytes - usedBytes));
  }
  return { totalBytes, availableBytes };
}

/** Where the two versions of the control group interface keep their figures. */
const cgroupVersions = {
  one: {
    root: "/sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    cached: /^total_inactive_file (\d+)$/m,
  },
  two: {
    root: "/sys/fs/cgroup",
    limit: "memory.max",
    used: "memory.current",
    cached: /^inactive_file (\d+)$/m,
  },
} as const;

/**
 * The memory limits on this process: its own control group's and those of every group above it. Inside a container the
 * path may be the host's, but then the walk up ends at the container's own root. Cached file pages that the kernel can
 * drop count as free, as `docker stats` counts them.
 */
function cgroupLimits(machine: Machine): { limitBytes: number; usedBytes: number }[] {
  const memberships = readIfThere(machine, "/proc/self/cgroup") ?? "";
  return memberships.split("\n").flatMap((line) => {
    // One line a hierarchy, "4:memory:/path"; version 2 is "0::/path".
    const [, controllers = "-", ...path] = line.split(":");
    if (controllers !== "" && !controllers.split(",").includes("memory")) return [];
    const { root, limit, used, cached } = controllers === "" ? cgroupVersions.two : cgroupVersions.one;
    return foldersUpwards(path.join(":")).flatMap((folder) => {
      const read = (name: string) => readIfThere(machine, `${root}${folder}/${name}`)?.trim();
      // "max" and an absent file are no limit; version 1 says 2^63 less a page.
      const limitBytes = Number(read(limit) ?? Number.NaN);
      if (!Number.isSafeInteger(limitBytes)) return [];
      const cachedBytes = Number(read("memory.stat")?.match(cached)?.[1] ?? 0);
      return [{ limitBytes, usedBytes: Math.max(0, Number(read(used) ?? 0) - cachedBytes) }];
    });
  });
}

/** "/a/b" gives "/a/b", "/a" and "" (the root). */
function foldersUpwards(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return Array.from({ length: parts.length + 1 }, (_, dropped) =>
    parts
      .slice(0, parts.length - dropped)
      .map((part) => `/${part}`)
      .join(""),
  );
}

/** Free and inactive pages, as psutil counts them: macOS keeps few pages free. Not run on a Mac. */
async function macAvailableBytes(machine: Machine): Promise<number | undefined> {
  try {
    const { stdout } = await machine.run("vm_stat", [], { timeoutMs: 2000 });
    const pageBytes = Number(stdout.match(/page size of (\d+) bytes/)?.[1]);
    const pages = (kind: string) => Number(stdout.match(new RegExp(`^Pages ${kind}: +(\\d+)`, "m"))?.[1]);
    const bytes = (pages("free") + pages("inactive")) * pageBytes;
    return Number.isFinite(bytes) ? bytes : undefined;
  } catch {
    return undefined;
  }
}
