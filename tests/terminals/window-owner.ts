/**
 * A terminal emulator with the studio in its window, to be killed: the window goes with it. Prints the processes in the
 * window, as JSON, once the studio stands there. What is read is typed into
 * the window, and "seen" is printed when it shows it. Words: what runs the studio, "alone" or "shell".
 */
import { launcher, openStudioWindow, processesUnder } from "./studio-window.ts";

const isInShell = process.argv[2] === "shell";
const window = openStudioWindow({
  env: process.env,
  folder: process.cwd(),
  ...(isInShell ? { command: ["sh", "-i"] as const } : {}),
});
if (isInShell) window.pty.write(`"${process.execPath}" "${launcher}" tui\r`);
await window.until("Leave out");
console.log(JSON.stringify(processesUnder(window.pty.pid)));
process.stdin.setEncoding("utf8");
for await (const text of process.stdin) {
  window.pty.write(text);
  await window.until(text);
  console.log("seen");
}
