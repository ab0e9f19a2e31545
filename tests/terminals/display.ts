/** A screen that nobody looks at, for terminals that need one (Xvfb), and pictures of it (ImageMagick). */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { promisify } from "node:util";

/** Whether all of these programs are installed. */
export const has = (...programs: readonly string[]): boolean =>
  programs.every((program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0);

/** Whoever starts it ends its server. */
export async function startDisplay(): Promise<{ readonly display: string; readonly server: ChildProcess }> {
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1440x960x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const number = await new Promise<string>((resolve) =>
    server.stdio[3]?.once("data", (data) => resolve(String(data).trim())),
  );
  return { display: `:${number}`, server };
}

/** The whole screen as a PNG of 24 bits a pixel. */
export async function photograph(display: string, file: string, ...words: readonly string[]): Promise<void> {
  await promisify(execFile)("import", ["-display", display, "-window", "root", ...words, `png24:${file}`]);
}

/** An xterm that draws sixels and tells the size of its cells; what it runs comes last. */
export const xtermWords = [
  "-ti",
  "vt340",
  "-xrm",
  "XTerm*allowWindowOps: true",
  "-xrm",
  "XTerm*maxGraphicSize: 2000x2000",
  "-b",
  "0",
  "-bw",
  "0",
  "-geometry",
  "120x40",
  "-fa",
  "Monospace",
  "-fs",
  "9",
  "-e",
] as const;
