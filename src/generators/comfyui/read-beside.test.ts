import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readBeside } from "./read-beside.ts";
import { openServer } from "./server.ts";

const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-beside-"));
afterAll(() => rm(folder, { recursive: true }));
const named = (digit: string) => join(folder, `dgx-pixels-${digit.repeat(32)}.png`);

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

it("reads pictures of our node, several at once too", async () => {
  const digits = ["a", "b", "c", "d"];
  for (const digit of digits) await writeFile(named(digit), digit.repeat(1 + digits.indexOf(digit)));
  for (const _ of [1, 2])
    expect(await Promise.all(digits.map((digit) => readBeside(named(digit), textOf)))).toEqual([
      "a",
      "bb",
      "ccc",
      "dddd",
    ]);
});

it("leaves alone what is not there, is no file, has another name, or is not understood", async () => {
  execFileSync("mkfifo", [named("e")]);
  await writeFile(join(folder, "key.png"), "secret");
  await writeFile(named("a"), "a");
  const others = [join(folder, "key.png"), `${named("a")}/../key.png`, relative(".", named("a")), `/${named("a")}`];
  for (const path of [named("e"), named("f"), ...others]) expect(await readBeside(path, textOf)).toBeUndefined();
  const refuse = () => {
    throw new Error("no picture");
  };
  expect(await readBeside(named("a"), refuse)).toBeUndefined();
  expect(await readBeside(named("a"), textOf)).toBe("a");
});

it("is asked for on the server's own machine alone", async () => {
  await writeFile(named("a"), "a");
  const picture = { filename: "", subfolder: "", type: "temp", path: named("a") };
  const readFrom = (url: string) => openServer({ url }).pictureBeside(picture, textOf);
  expect(await readFrom("http://localhost:8188")).toBe("a");
  expect(await readFrom("http://gpu-box:8188")).toBeUndefined();
});
