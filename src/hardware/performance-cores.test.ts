import { expect, test } from "vitest";
import { fakeMachine } from "./fake-machine.ts";
import { countPerformanceCores } from "./performance-cores.ts";

const folder = "/sys/devices/system/cpu";

function linux(online: string, perCpu: Record<number, Record<string, string>>, parallelism: number) {
  const files: Record<string, string> = { [`${folder}/online`]: `${online}\n` };
  for (const [cpu, entries] of Object.entries(perCpu))
    for (const [name, text] of Object.entries(entries)) files[`${folder}/cpu${cpu}/${name}`] = `${text}\n`;
  return fakeMachine({ files, parallelism });
}

const siblings = (list: string) => ({ "topology/thread_siblings_list": list });
const capacity = (value: number) => ({ cpu_capacity: String(value) });
const clock = (value: number) => ({ "cpufreq/cpuinfo_max_freq": String(value) });

test("cores of one kind all count", async () => {
  expect(await countPerformanceCores(linux("0-3", {}, 4))).toBe(4);
});

test("two hardware threads of one core count once", async () => {
  const cpus = { 0: siblings("0,2"), 1: siblings("1,3"), 2: siblings("0,2"), 3: siblings("1,3") };
  expect(await countPerformanceCores(linux("0-3", cpus, 4))).toBe(2);
});

test("efficiency cores do not count, by capacity", async () => {
  const cpus = { 0: capacity(1024), 1: capacity(1010), 2: capacity(600), 3: capacity(600) };
  expect(await countPerformanceCores(linux("0-3", cpus, 4))).toBe(2);
});

test("efficiency cores do not count, by clock where no capacity is told", async () => {
  const cpus = { 0: clock(2_800_000), 1: clock(3_900_000), 8: clock(4_000_000) };
  expect(await countPerformanceCores(linux("0-1,8", cpus, 3))).toBe(2);
});

test("never more than the process may use, never less than one", async () => {
  expect(await countPerformanceCores(linux("0-15", {}, 3))).toBe(3);
  expect(await countPerformanceCores(fakeMachine({ platform: "linux", parallelism: 0 }))).toBe(1);
  expect(await countPerformanceCores(fakeMachine({ platform: "linux", parallelism: 5 }))).toBe(5);
});
