import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { countPerformanceCores, detect, thisMachine } from "./index.ts";
import { readIfThere } from "./machine.ts";

test("this machine tells plausible figures", async () => {
  const hardware = await detect(thisMachine(), { timeoutMs: 2000 });
  expect(hardware.nodeVersion).toBe(process.versions.node);
  expect(hardware.cpu.cores).toBeGreaterThanOrEqual(1);
  expect(hardware.cpu.performanceCores).toBe(await countPerformanceCores(thisMachine()));
  expect(hardware.memory.totalBytes).toBeGreaterThan(2 ** 28);
  expect(hardware.memory.availableBytes).toBeLessThanOrEqual(hardware.memory.totalBytes);
});

test("files are read from this machine", () => {
  const here = fileURLToPath(import.meta.url);
  expect(readIfThere(thisMachine(), here)).toContain("files are read from this machine");
  expect(readIfThere(thisMachine(), `${here}.none`)).toBeUndefined();
});
