import { expect, test } from "vitest";
import { detect } from "./detect.ts";
import { diagnose } from "./diagnose.ts";
import { fakeMachine } from "./fake-machine.ts";

// What a DGX Spark answers, put together from public documentation and reports (NVIDIA's list of known issues: memory
// is [N/A] in nvidia-smi; the porting guide: 10 Cortex-X925 and 10 Cortex-A725; owners' reports of the order of the
// cores, their clocks, /proc/meminfo and the product name). It was not recorded on one by us.
const efficiencyCore = { part: "0xd87", maxFrequency: 2_808_000 };
const performanceCore = { part: "0xd85", maxFrequency: 3_900_000 };
const cores = [0, 1, 2, 3].flatMap((group) =>
  Array.from({ length: 5 }, () => (group % 2 === 0 ? efficiencyCore : performanceCore)),
);
const features =
  "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt fcma lrcpc dcpop sha3 sm3 sm4 " +
  "asimddp sha512 sve asimdfhm dit uscat ilrcpc flagm sb paca pacg dcpodp sve2 flagm2 frint svei8mm svebf16 i8mm bf16";

const dgxSpark = fakeMachine({
  platform: "linux",
  architecture: "arm64",
  parallelism: 20,
  files: {
    "/proc/cpuinfo": cores
      .map(
        ({ part }, index) =>
          `processor\t: ${index}\nBogoMIPS\t: 2000.00\nFeatures\t: ${features}\nCPU implementer\t: 0x41\n` +
          `CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: ${part}\nCPU revision\t: 1\n`,
      )
      .join("\n"),
    "/proc/meminfo": "MemTotal:       127600748 kB\nMemFree:        110000000 kB\nMemAvailable:   118566368 kB\n",
    "/proc/self/cgroup": "0::/user.slice/user-1000.slice/session-1.scope\n",
    "/sys/class/dmi/id/product_name": "NVIDIA_DGX_Spark\n",
    "/sys/devices/system/cpu/online": "0-19\n",
    ...Object.fromEntries(
      cores.map(({ maxFrequency }, index) => [
        `/sys/devices/system/cpu/cpu${index}/cpufreq/cpuinfo_max_freq`,
        `${maxFrequency}\n`,
      ]),
    ),
  },
  run: async () => ({ exitCode: 0, stdout: "NVIDIA GB10, [N/A], 580.126.09, 12.1\n", stderr: "" }),
});

test("a DGX Spark is known, with its shared memory", async () => {
  expect(await detect(dgxSpark)).toEqual({
    platform: "linux",
    architecture: "arm64",
    nodeVersion: "26.10.0",
    cpu: {
      model: "10 x Cortex-A725 + 10 x Cortex-X925",
      cores: 20,
      performanceCores: 10,
      features: ["asimd", "asimddp", "i8mm", "bf16", "sve", "sve2"],
    },
    memory: { totalBytes: 127_600_748 * 1024, availableBytes: 118_566_368 * 1024 },
    gpus: [
      {
        name: "NVIDIA GB10",
        memoryBytes: null,
        driver: "580.126.09",
        computeCapability: "12.1",
        unifiedMemory: true,
      },
    ],
    gpuTrouble: null,
    isDgxSpark: true,
  });
});

test("a DGX Spark in a container that hides its product name is known by its GPU", async () => {
  const readTextFile = (path: string) => {
    if (path.startsWith("/sys/class")) throw new Error("hidden");
    return dgxSpark.readTextFile(path);
  };
  expect((await detect({ ...dgxSpark, readTextFile })).isDgxSpark).toBe(true);
});

test("a DGX Spark whose driver does not answer is known by its product name", async () => {
  const silent = { ...dgxSpark, run: async () => ({ exitCode: 9, stdout: "NVIDIA-SMI has failed", stderr: "" }) };
  expect(await detect(silent)).toMatchObject({
    isDgxSpark: true,
    gpuTrouble: "nvidia-smi failed: NVIDIA-SMI has failed",
  });
});

test("a DGX Spark's GPU reads well", async () => {
  const config = {
    library: "/nowhere",
    models: "/nowhere",
    workflows: "/nowhere",
    comfyui: ["http://127.0.0.1:1"],
    comfyuiToken: undefined,
    threads: 8,
  };
  const checks = await diagnose({ config, machine: dgxSpark, fetch: () => Promise.reject(new Error("no")) });
  expect(checks.find(({ id }) => id === "gpu")).toEqual({
    id: "gpu",
    title: "GPU",
    detail: "DGX Spark: NVIDIA GB10, memory shared with the CPU, driver 580.126.09, compute capability 12.1",
    status: "ok",
  });
});
