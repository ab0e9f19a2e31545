/**
 * Runs the studio within a terminal emulator and types for whoever looks at it: what the emulator and the studio say to
 * each other goes through unchanged. Words: a JSON list of [milliseconds to wait, text to type].
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";

const launcher = fileURLToPath(new URL("../../bin/dgx-pixels.js", import.meta.url));
const typing = JSON.parse(process.argv[2] ?? "[]") as [number, string][];
const { columns = 80, rows = 24 } = process.stdout;
const studio = spawn(process.execPath, [launcher, "tui"], {
  name: process.env.TERM,
  cols: columns,
  rows,
  encoding: null,
  env: { ...process.env } as Record<string, string>,
});
studio.onData((data) => process.stdout.write(data));
studio.onExit(() => process.exit());
process.stdin.setRawMode(true);
process.stdin.on("data", (data) => studio.write(data.toString("latin1")));
for (const [ms, text] of typing) {
  await sleep(ms);
  studio.write(text);
}
