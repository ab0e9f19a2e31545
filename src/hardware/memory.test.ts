import { describe, expect, test } from "vitest";
import { fakeMachine } from "./fake-machine.ts";
import { detectMemory } from "./memory.ts";

const mebibyte = 2 ** 20;
const meminfo = "MemTotal:        8388608 kB\nMemFree:          102400 kB\nMemAvailable:    4194304 kB\n";
const memoryWith = (files: Record<string, string>) =>
  detectMemory(fakeMachine({ files: { "/proc/meminfo": meminfo, ...files } }));

describe("Linux", () => {
  test("total and available as the kernel tells them", async () => {
    expect(await memoryWith({})).toEqual({ totalBytes: 8192 * mebibyte, availableBytes: 4096 * mebibyte });
  });

  test("without /proc, as Node tells them", async () => {
    expect(await detectMemory(fakeMachine({ totalMemoryBytes: 10, freeMemoryBytes: 5 }))).toEqual({
      totalBytes: 10,
      availableBytes: 5,
    });
  });

  test("a container's limit, version 2: dropped caches count as free", async () => {
    const memory = await memoryWith({
      "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/memory.max": `${512 * mebibyte}\n`,
      "/sys/fs/cgroup/memory.current": `${400 * mebibyte}\n`,
      "/sys/fs/cgroup/memory.stat": `anon 1\nactive_file 7\ninactive_file ${100 * mebibyte}\nfile 3\n`,
    });
    expect(memory).toEqual({ totalBytes: 512 * mebibyte, availableBytes: 212 * mebibyte });
  });

  test("the tightest limit of the groups above counts, whose path may hold colons", async () => {
    const memory = await memoryWith({
      "/proc/self/cgroup": "0::/user.slice/a:b.scope\n",
      "/sys/fs/cgroup/user.slice/a:b.scope/memory.max": "max\n",
      "/sys/fs/cgroup/user.slice/memory.max": `${1024 * mebibyte}\n`,
      "/sys/fs/cgroup/user.slice/memory.current": `${24 * mebibyte}\n`,
      "/sys/fs/cgroup/memory.max": `${2048 * mebibyte}\n`,
    });
    expect(memory).toEqual({ totalBytes: 1024 * mebibyte, availableBytes: 1000 * mebibyte });
  });

  test("a container's limit, version 1, where the host's path is not seen inside", async () => {
    const memory = await memoryWith({
      "/proc/self/cgroup": "9:name=systemd:/\n4:cpuset,memory:/docker/0123\n3:cpu:/x\n0::/\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": `${600 * mebibyte}\n`,
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": `${700 * mebibyte}\n`,
      "/sys/fs/cgroup/memory/memory.stat": `inactive_file 5\ntotal_inactive_file ${50 * mebibyte}\n`,
    });
    expect(memory).toEqual({ totalBytes: 600 * mebibyte, availableBytes: 0 });
  });

  test("version 1 without a limit tells the largest number, which is none", async () => {
    const memory = await memoryWith({
      "/proc/self/cgroup": "4:memory:/\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    });
    expect(memory.totalBytes).toBe(8192 * mebibyte);
  });

  test("a limit above what the machine has changes nothing", async () => {
    const memory = await memoryWith({
      "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/memory.max": `${99_999 * mebibyte}\n`,
      "/sys/fs/cgroup/memory.current": "1\n",
    });
    expect(memory).toEqual({ totalBytes: 8192 * mebibyte, availableBytes: 4096 * mebibyte });
  });
});

describe("macOS", () => {
  // As Apple's manual page of vm_stat shows it; not from a run.
  const vmStat = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                1000.
Pages active:                             90000.
Pages inactive:                            2000.
`;

  test("free and inactive pages are available", async () => {
    const memory = await detectMemory(
      fakeMachine({ platform: "darwin", run: async () => ({ exitCode: 0, stdout: vmStat, stderr: "" }) }),
    );
    expect(memory).toEqual({ totalBytes: 8 * 2 ** 30, availableBytes: 3000 * 16384 });
  });

  test.each([
    ["without vm_stat", undefined],
    ["when vm_stat says something else", async () => ({ exitCode: 0, stdout: "?", stderr: "" })],
  ])("%s, as Node tells it", async (_, run) => {
    const machine = fakeMachine({ platform: "darwin", ...(run && { run }) });
    expect((await detectMemory(machine)).availableBytes).toBe(4 * 2 ** 30);
  });
});

test("Windows, as Node tells it", async () => {
  expect(await detectMemory(fakeMachine({ platform: "win32" }))).toEqual({
    totalBytes: 8 * 2 ** 30,
    availableBytes: 4 * 2 ** 30,
  });
});
