import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readBeside } from "./read-beside.ts";

const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-beside-"));
afterAll(() => rm(folder, { recursive: true }));
const named = (digit: string) => join(folder, `dgx-pixels-${digit.repeat(32)}.png`);

it("reads a picture of our node", async () => {
  await writeFile(named("a"), "bytes");
  expect(Buffer.from((await readBeside(named("a"))) ?? []).toString()).toBe("bytes");
});

it("leaves alone what is not there, is no file, or has another name", async () => {
  execFileSync("mkfifo", [named("b")]);
  await writeFile(join(folder, "key.png"), "secret");
  expect(await readBeside(named("b"))).toBeUndefined();
  expect(await readBeside(named("c"))).toBeUndefined();
  expect(await readBeside(join(folder, "key.png"))).toBeUndefined();
  expect(await readBeside(`${named("a")}/../key.png`)).toBeUndefined();
});
