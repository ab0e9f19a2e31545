/** The program as a person starts it: real processes, signals and files. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRecipe } from "#asset";
import { openLibrary } from "#library";

const launcher = fileURLToPath(new URL("../bin/dgx-pixels.js", import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-process-"));
});
afterEach(() => rm(folder, { recursive: true }));

const library = () => join(folder, "library");
const environment = () => ({ ...process.env, HOME: folder, DGX_PIXELS_LIBRARY: library(), DGX_PIXELS_THREADS: "2" });

/** Runs the program to its end. */
async function run(inputs: readonly string[], node = process.execPath) {
  try {
    const { stdout, stderr } = await promisify(execFile)(node, [launcher, ...inputs], { env: environment() });
    return { stdout, stderr, code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { stdout, stderr, code };
  }
}

/** Starts the program and resolves with what it has printed once it has printed `lines` lines. */
async function start(inputs: readonly string[], lines: number) {
  const child = spawn(process.execPath, [launcher, ...inputs], { env: environment() });
  let stdout = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (stdout.split("\n").length > lines) resolve();
    });
    child.on("exit", () => resolve());
  });
  return { child, printed: () => stdout.split("\n").slice(0, -1) };
}

const exitOf = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null)
      resolve({ code: child.exitCode, signal: child.signalCode });
    else child.on("exit", (code, signal) => resolve({ code, signal }));
  });

/** Every row has its whole file, every file its row, and nothing half-written lies about. */
async function expectIntact(acknowledged: readonly string[]) {
  // What a killed run was writing is hidden and of no use; whoever opens the library an hour later takes it away, not
  // sooner, since another process might be writing it still.
  const opened = await openLibrary(library(), { clock: () => new Date(Date.now() + 2 * 60 * 60 * 1000) });
  const entries = opened.list({ limit: 1000 }).entries;
  opened.close();
  expect(entries.map(({ id }) => id)).toEqual(expect.arrayContaining([...acknowledged]));
  for (const { file, prompt } of entries) expect(readRecipe(await readFile(file)).request.prompt).toBe(prompt);
  const files = await readdir(join(library(), "sprites"), { recursive: true });
  const pictures = files.filter((name) => /\.[a-z]+$/i.test(name));
  expect(pictures.filter((name) => !name.endsWith(".png"))).toEqual([]);
  expect(pictures.length).toBe(entries.length);
}

/** A Node from outside the project, which the launcher must cope with. */
function systemNode(): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((entry) => !entry.includes("node_modules"))
    .map((entry) => join(entry, "node"))
    .find(existsSync);
}

describe("the launcher", () => {
  it("hands over to the project's Node, whatever starts it", async () => {
    const node = systemNode() ?? process.execPath;
    expect(await run(["--version"], node)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect((await run(["generate", ""], node)).code).toBe(1);
  });
});

describe("a run in a pipe", () => {
  it("prints one line of JSON and nothing else", async () => {
    const { stdout, stderr, code } = await run(["generate", "red dragon", "--seed", "1", "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ seed: 1, width: 32 });
  });

  it("ends when its reader goes away", async () => {
    const { child } = await start(["generate", "gem", "--count", "50", "--steps", "1", "--json"], 1);
    child.stdout?.destroy();
    expect(await exitOf(child)).toEqual({ code: 130, signal: null });
  });
});

describe("a run that is ended", () => {
  const endless = ["generate", "red dragon", "--count", "500", "--seed", "1", "--steps", "2", "--json"];

  it.each(["SIGINT", "SIGTERM"] as const)("by %s says so, and leaves whole files alone", async (signal) => {
    const { child, printed } = await start(endless, 2);
    let stderr = "";
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    child.kill(signal);
    expect(await exitOf(child)).toEqual({ code: 130, signal: null });
    expect(stderr).toBe('{"error":{"code":"cancelled","message":"Cancelled."}}\n');
    await expectIntact(printed().map((line) => JSON.parse(line).id));
  });

  it("by kill -9, again and again, leaves whole files alone", async () => {
    const acknowledged = new Set<string>();
    for (let round = 0; round < 6; round++) {
      const { child, printed } = await start(endless.with(5, String(round * 1000)), 1 + (round % 3));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill("SIGKILL");
      await exitOf(child);
      for (const line of printed()) acknowledged.add(JSON.parse(line).id);
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(6);
    await expectIntact([...acknowledged]);
  });
});

describe("two runs on one library", () => {
  it("both keep everything", async () => {
    const options = ["--count", "8", "--steps", "1", "--json", "--seed"];
    const [first, second] = await Promise.all([
      run(["generate", "gem", ...options, "0"]),
      run(["generate", "gem", ...options, "100"]),
    ]);
    expect([first.code, second.code]).toEqual([0, 0]);
    const ids = [first, second].flatMap(({ stdout }) => stdout.trim().split("\n")).map((line) => JSON.parse(line).id);
    expect(new Set(ids).size).toBe(16);
    await expectIntact(ids);
  });
});

describe("a library that cannot be written", () => {
  it("costs one sentence", async () => {
    await writeFile(library(), "a file where the folder should be");
    const { stderr, code } = await run(["generate", "gem", "--steps", "1"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Cannot make .*: .*\n$/);
    expect(await readFile(library(), "utf8")).toBe("a file where the folder should be");
  });
});
