#!/usr/bin/env node
// Plain JavaScript on purpose: an old system Node must be able to parse this file. It finds a Node that runs
// TypeScript sources (the one that npm installed beside us, or the running one) and hands the whole process over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const minimumMajor = 26;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runningMajor = Number.parseInt(process.versions.node, 10);

if (runningMajor >= minimumMajor) {
  // Before the first source is loaded, so that it too comes from the cache with its types stripped.
  module.enableCompileCache?.();
  await import("../src/main.ts");
} else {
  const name = process.platform === "win32" ? "node.exe" : "node";
  // In a checkout node_modules is ours; installed as a dependency we lie inside somebody's node_modules.
  const candidates = [join(root, "node_modules", ".bin", name), join(root, "..", ".bin", name)];
  const node = candidates.find(existsSync);
  if (node === undefined) {
    console.error(
      `dgx-pixels needs Node ${minimumMajor} or newer and runs on ${process.versions.node}: ` +
        "run npm ci (without --omit=optional) in the project, which brings it, or install Node 26.",
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone must be handed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`Cannot start ${node}: ${error.message}. Run npm ci again.`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
