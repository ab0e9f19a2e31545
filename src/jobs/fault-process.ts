import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** Test material: processes of this program that can be killed. */

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));
const compileCache = mkdtempSync(join(tmpdir(), "compiled-"));
afterAll(() => rmSync(compileCache, { recursive: true, force: true }));

export type FaultProcess = {
  readonly child: ChildProcess;
  /** What it has said so far, line by line; a last line that was cut is left out. */
  lines(): readonly string[];
  /** Until it has said something more. */
  said(): Promise<unknown>;
  /** With its exit code, or null when it was killed. */
  readonly ended: Promise<number | null>;
};

/** Command and arguments of a process whose TypeScript finds `jobs` (#jobs), `args`, `say` and `sleep`. */
export function commandFor(body: string, args: readonly string[]): readonly [command: string, ...args: string[]] {
  const source = `
    import { writeSync } from "node:fs";
    import { randomUUID } from "node:crypto";
    import { setTimeout as sleep } from "node:timers/promises";
    import * as jobs from "#jobs";
    const args = process.argv.slice(1);
    const say = (line: string) => writeSync(1, line + "\\n");
    ${body}`;
  return [process.execPath, "--input-type=module-typescript", "-e", source, ...args];
}

export const processOptions = {
  cwd: packageFolder,
  // Starts them three times as fast, once one has ended by itself.
  env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
} as const;

export function startProcess(body: string, args: readonly string[]): FaultProcess {
  const [command, ...rest] = commandFor(body, args);
  const child = spawn(command, rest, { ...processOptions, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    lines: () => text.split("\n").slice(0, -1),
    said: () => Promise.race([once(child.stdout, "data"), ended]),
    ended,
  };
}
