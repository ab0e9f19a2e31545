import { describe, expect, test } from "vitest";
import { fakeMachine } from "./fake-machine.ts";
import { findGpus } from "./gpus.ts";
import { HardwareError } from "./hardware-error.ts";

/** Searches with an nvidia-smi that gives these answers, one a call. */
async function search(...answers: { exitCode?: number; stdout?: string; stderr?: string }[]) {
  const calls: string[][] = [];
  const run = async (program: string, programArguments: readonly string[]) => {
    calls.push([program, ...programArguments]);
    const answer = answers[calls.length - 1];
    if (answer === undefined) throw new Error("asked once too often");
    return { exitCode: 0, stdout: "", stderr: "", ...answer };
  };
  return { calls, ...(await findGpus(fakeMachine({ run }), { timeoutMs: 1000 })) };
}

describe("what nvidia-smi lists", () => {
  test("is asked for without units", async () => {
    const { calls } = await search({ stdout: "" });
    expect(calls).toEqual([
      ["nvidia-smi", "--query-gpu=name,memory.total,driver_version,compute_cap", "--format=csv,noheader,nounits"],
    ]);
  });

  test("a GPU with memory of its own", async () => {
    expect(await search({ stdout: "NVIDIA H100 80GB HBM3, 81559, 570.86.15, 9.0\n" })).toMatchObject({
      gpus: [
        {
          name: "NVIDIA H100 80GB HBM3",
          memoryBytes: 81559 * 2 ** 20,
          driver: "570.86.15",
          computeCapability: "9.0",
          unifiedMemory: false,
        },
      ],
      trouble: null,
    });
  });

  test("several, with Windows line ends and a comma in a name", async () => {
    const { gpus } = await search({ stdout: "A, B, 100, 1.0, 8.6\r\nC, 200, 1.0, 8.9\r\n" });
    expect(gpus.map(({ name, memoryBytes }) => [name, memoryBytes])).toEqual([
      ["A, B", 100 * 2 ** 20],
      ["C", 200 * 2 ** 20],
    ]);
  });

  test.each([
    ["[N/A]", true],
    ["N/A", true],
    ["[Not Supported]", true],
    ["Not Supported", true],
    ["[Unknown Error]", false],
    ["[Insufficient Permissions]", false],
  ])("memory %s is not known; shared with the CPU: %s", async (memory, unifiedMemory) => {
    const { gpus } = await search({ stdout: `NVIDIA Something, ${memory}, [N/A], [Not Supported]\n` });
    expect(gpus).toEqual([
      { name: "NVIDIA Something", memoryBytes: null, driver: null, computeCapability: null, unifiedMemory },
    ]);
  });

  test("lines of another form are skipped", async () => {
    expect((await search({ stdout: "\nsome warning\nA, 100, 1.0, 8.6\n\n" })).gpus).toHaveLength(1);
  });

  test("a driver that does not know compute_cap is asked without", async () => {
    const { gpus, calls } = await search(
      { exitCode: 2, stdout: 'Field "compute_cap" is not a valid field to query.\n' },
      { stdout: "Tesla K80, 11441, 470.182.03\n" },
    );
    expect(calls[1][1]).toBe("--query-gpu=name,memory.total,driver_version");
    expect(gpus).toMatchObject([{ name: "Tesla K80", driver: "470.182.03", computeCapability: null }]);
  });
});

describe("no list", () => {
  test("no nvidia-smi is no trouble", async () => {
    expect(await findGpus(fakeMachine(), { timeoutMs: 1000 })).toEqual({ gpus: [], trouble: null });
  });

  test("nor is a machine whose GPU was taken out", async () => {
    expect(await search({ exitCode: 6, stdout: "No devices were found\n" })).toMatchObject({ gpus: [], trouble: null });
  });

  test("a driver that does not answer is", async () => {
    const stdout =
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. " +
      "Make sure that the latest NVIDIA driver is installed and running.\n\n";
    const { gpus, trouble } = await search({ exitCode: 9, stdout });
    expect(gpus).toEqual([]);
    expect(trouble).toMatch(/^nvidia-smi failed: NVIDIA-SMI has failed because .* installed and running\.$/);
  });

  test("so is silence", async () => {
    expect((await search({ exitCode: 1 })).trouble).toBe("nvidia-smi failed: it said nothing");
  });

  test("so is a program that hangs", async () => {
    const slow = new HardwareError("program-slow", "Cannot ask nvidia-smi: …", { subject: "nvidia-smi" });
    const machine = fakeMachine({ run: () => Promise.reject(slow) });
    expect(await findGpus(machine, { timeoutMs: 1000 })).toEqual({ gpus: [], trouble: slow.message });
  });

  test("a defect of ours is not hidden", async () => {
    const machine = fakeMachine({ run: () => Promise.reject(new TypeError("defect")) });
    await expect(findGpus(machine, { timeoutMs: 1000 })).rejects.toThrow("defect");
  });
});
