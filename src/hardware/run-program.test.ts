import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runProgram } from "./run-program.ts";

const node = (code: string, timeoutMs = 20_000) => runProgram(process.execPath, ["-e", code], { timeoutMs });

test("gives exit code and both outputs", async () => {
  expect(await node("console.log('out'); console.error('err'); process.exitCode = 3")).toEqual({
    exitCode: 3,
    stdout: "out\n",
    stderr: "err\n",
  });
});

test("keeps a mebibyte of output at most", async () => {
  const { stdout } = await node("process.stdout.write('x'.repeat(3_000_000))");
  expect(stdout).toHaveLength(1 << 20);
});

test("a program that is not there", async () => {
  await expect(runProgram("no-such-program", [], { timeoutMs: 1000 })).rejects.toMatchObject({
    code: "program-missing",
    message: "Cannot ask no-such-program: there is no such program; install it",
  });
});

test.skipIf(process.platform === "win32")("a program that cannot be started", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-hardware-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "program");
  writeFileSync(program, "");
  chmodSync(program, 0o644);
  await expect(runProgram(program, [], { timeoutMs: 1000 })).rejects.toMatchObject({ code: "program-broken" });
});

test("a signal ends the waiting", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const running = runProgram(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"], { timeoutMs: 20_000, signal });
  controller.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  await expect(runProgram(process.execPath, ["-e", ""], { timeoutMs: 20_000, signal })).rejects.toThrow("enough");
});

test("a program that hangs is cut, even when its own child keeps the output open", async () => {
  const code =
    "require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], { stdio: 'inherit' });" +
    "setTimeout(() => {}, 60_000)";
  const started = performance.now();
  await expect(node(code, 600)).rejects.toMatchObject({
    code: "program-slow",
    message: expect.stringMatching(/did not answer within 0\.6 s/),
  });
  expect(performance.now() - started).toBeLessThan(15_000);
});
