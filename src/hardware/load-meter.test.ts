import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { HardwareError } from "./hardware-error.ts";
import { openLoadMeter } from "./load-meter.ts";
import { thisMachine } from "./machine.ts";

const smi =
  (stdout: string, exitCode = 0) =>
  async () => ({ exitCode, stdout, stderr: "" });
const noFiles = () => {
  throw new Error("no files");
};
const meterOf = (run: ReturnType<typeof smi>, more = {}) =>
  openLoadMeter({ machine: { readTextFile: noFiles, run }, folder: tmpdir(), ...more });

test("the share of busy time is that since the reading before", async () => {
  const times = [
    { busy: 100, all: 1000 },
    { busy: 150, all: 1100 },
    { busy: 150, all: 1200 },
    { busy: 150, all: 1200 },
  ];
  const read = meterOf(smi(""), { cpuTimes: () => times.shift() });
  expect((await read()).cpu).toBeUndefined();
  expect((await read()).cpu).toBe(0.5);
  expect((await read()).cpu).toBe(0);
  expect((await read()).cpu).toBeUndefined();
});

test("GPUs as nvidia-smi lists them; what it does not tell is unknown", async () => {
  const read = meterOf(
    smi("NVIDIA H100 80GB HBM3, 37, 1024, 81559, 41, 112.31\nNVIDIA GB10, 12, [N/A], [N/A], 50, [N/A]\n"),
  );
  expect((await read()).gpus).toEqual([
    {
      name: "NVIDIA H100 80GB HBM3",
      utilization: 0.37,
      usedBytes: 2 ** 30,
      totalBytes: 81_559 * 2 ** 20,
      celsius: 41,
      watts: 112.31,
    },
    {
      name: "NVIDIA GB10",
      utilization: 0.12,
      usedBytes: undefined,
      totalBytes: undefined,
      celsius: 50,
      watts: undefined,
    },
  ]);
});

test("no GPU is no row, and a missing nvidia-smi is asked for once", async () => {
  let asked = 0;
  let now = 0;
  const run = async () => {
    asked++;
    throw new HardwareError("program-missing", "none", { program: "nvidia-smi" } as never);
  };
  const read = meterOf(run, { nowMs: () => now });
  expect((await read()).gpus).toEqual([]);
  now = 60_000;
  expect((await read()).gpus).toEqual([]);
  expect(asked).toBe(1);
  expect((await meterOf(smi("No devices were found", 6))()).gpus).toEqual([]);
});

test("a GPU is asked every two seconds at most", async () => {
  let asked = 0;
  let now = 0;
  const run = async () => {
    asked++;
    return { exitCode: 0, stdout: "NVIDIA T4, 5, 1, 2, 3, 4", stderr: "" };
  };
  const read = meterOf(run, { nowMs: () => now });
  for (now = 0; now < 6000; now += 500) await read();
  expect(asked).toBe(3);
});

test("memory and disk are within their totals, and a disk that is not there is unknown", async () => {
  const read = openLoadMeter({ machine: thisMachine(), folder: tmpdir() });
  const { memory, disk } = await read();
  expect(memory.usedBytes).toBeGreaterThan(0);
  expect(memory.usedBytes).toBeLessThan(memory.totalBytes);
  expect(disk?.usedBytes).toBeLessThanOrEqual(disk?.totalBytes ?? 0);
  expect((await openLoadMeter({ machine: thisMachine(), folder: "/nowhere/at/all" })()).disk).toBeUndefined();
});
