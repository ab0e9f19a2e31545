import { describe, expect, test } from "vitest";
import { detectCpu, hasInt8DotProduct } from "./cpu.ts";
import { fakeMachine } from "./fake-machine.ts";

const xeon = `processor\t: 0
model name\t: Intel(R) Xeon(R) Processor
flags\t\t: fpu sse2 avx2 avx512f avx_vnni avx512_vnni amx_tile amx_int8
processor\t: 1
model name\t: Intel(R) Xeon(R) Processor
flags\t\t: fpu sse2 avx2 avx512f avx_vnni avx512_vnni amx_tile amx_int8
`;

const raspberryPi4 = `processor\t: 0
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU part\t: 0xd08
`;

const run = (stdout: string) => async () => ({ exitCode: 0, stdout, stderr: "" });

describe("Linux", () => {
  test("x86: model and features as the kernel tells them", async () => {
    const cpu = await detectCpu(fakeMachine({ files: { "/proc/cpuinfo": xeon }, parallelism: 2 }));
    expect(cpu).toEqual({
      model: "Intel(R) Xeon(R) Processor",
      cores: 2,
      performanceCores: 2,
      features: ["avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8"],
    });
    expect(hasInt8DotProduct(cpu)).toBe(true);
  });

  test("Arm: the model by its part number, and no dot product on an older core", async () => {
    const cpu = await detectCpu(fakeMachine({ files: { "/proc/cpuinfo": raspberryPi4 }, architecture: "arm64" }));
    expect(cpu.model).toBe("1 x Cortex-A72");
    expect(cpu.features).toEqual(["asimd"]);
    expect(hasInt8DotProduct(cpu)).toBe(false);
  });

  test.each([
    ["another maker's", raspberryPi4.replace("0x41", "0x51")],
    ["an unknown", raspberryPi4.replace("0xd08", "0xfff")],
  ])("Arm: %s core has the name that Node knows", async (_, cpuinfo) => {
    const files = { "/proc/cpuinfo": cpuinfo };
    expect((await detectCpu(fakeMachine({ files, cpuModel: "Some core " }))).model).toBe("Some core");
    expect((await detectCpu(fakeMachine({ files, cpuModel: "" }))).model).toBe("unknown");
  });

  test("features are those that every core has", async () => {
    const mixed = "flags : avx2 avx_vnni\nflags : avx2\n";
    expect((await detectCpu(fakeMachine({ files: { "/proc/cpuinfo": mixed } }))).features).toEqual(["avx2"]);
  });

  test("without /proc the features are not known", async () => {
    const cpu = await detectCpu(fakeMachine({ cpuModel: "Some CPU" }));
    expect(cpu).toMatchObject({ model: "Some CPU", features: null });
    expect(hasInt8DotProduct(cpu)).toBe(null);
  });
});

// The values are from Apple's documentation of sysctl, not from a run.
describe("macOS", () => {
  test("Apple silicon", async () => {
    const values = `hw.physicalcpu: 10
hw.perflevel0.physicalcpu: 4
hw.optional.AdvSIMD: 1
hw.optional.arm.FEAT_DotProd: 1
hw.optional.arm.FEAT_I8MM: 1
hw.optional.arm.FEAT_BF16: 0
machdep.cpu.brand_string: Apple M4
`;
    const cpu = await detectCpu(fakeMachine({ platform: "darwin", parallelism: 10, run: run(values) }));
    expect(cpu).toEqual({
      model: "Apple M4",
      cores: 10,
      performanceCores: 4,
      features: ["asimd", "asimddp", "i8mm"],
    });
  });

  test("an Intel Mac, with physical cores only", async () => {
    const values = "hw.physicalcpu: 4\nhw.optional.avx2_0: 1\nmachdep.cpu.brand_string: Intel(R) Core(TM) i7\n";
    const cpu = await detectCpu(fakeMachine({ platform: "darwin", parallelism: 8, run: run(values) }));
    expect(cpu).toMatchObject({ performanceCores: 4, features: ["avx2"] });
  });

  test("without sysctl", async () => {
    const cpu = await detectCpu(fakeMachine({ platform: "darwin", cpuModel: "A CPU", parallelism: 8 }));
    expect(cpu).toEqual({ model: "A CPU", cores: 8, performanceCores: 8, features: null });
  });
});

test("Windows tells the model only", async () => {
  const cpu = await detectCpu(fakeMachine({ platform: "win32", cpuModel: "A CPU", parallelism: 8 }));
  expect(cpu).toEqual({ model: "A CPU", cores: 8, performanceCores: 8, features: null });
});
