/**
 * Runs the studio within a terminal emulator and types for whoever looks at it: what the emulator and the studio say to
 * each other goes through unchanged. Words: a socket to listen on for what is to be typed, if any.
 */
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";

const launcher = fileURLToPath(new URL("../../bin/dgx-pixels.js", import.meta.url));
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
const [, , socket] = process.argv;
if (socket !== undefined)
  createServer((typist) => typist.on("data", (data) => studio.write(data.toString("utf8")))).listen(socket);
