/**
 * A window with the studio in it: a real pty, and a terminal emulator that answers what it is asked and shows what a
 * person would see. Whoever opens it ends it.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type IPty, spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

export const launcher = fileURLToPath(new URL("../../bin/dgx-pixels.js", import.meta.url));

export type StudioWindow = {
  readonly pty: IPty;
  /** The screen's lines as text. */
  readonly screen: () => string;
  /** The screen, once it shows a text; throws with the screen where that takes longer than `timeoutMs`. */
  readonly until: (wanted: string | RegExp, timeoutMs?: number) => Promise<string>;
  readonly resize: (columns: number, rows: number) => void;
  /** How the program ended; undefined while it runs. */
  readonly ended: () => { readonly exitCode: number; readonly signal?: number | undefined } | undefined;
};

export type WindowOptions = {
  readonly env: NodeJS.ProcessEnv;
  /** Where the program starts. */
  readonly folder: string;
  readonly columns?: number;
  readonly rows?: number;
  /** What runs in the window; the studio by itself if absent. */
  readonly command?: readonly [program: string, ...words: string[]];
};

export function openStudioWindow({
  env,
  folder,
  columns = 140,
  rows = 40,
  command = [process.execPath, launcher, "tui"],
}: WindowOptions): StudioWindow {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  const [program, ...words] = command;
  const pty = spawn(program, words, {
    name: "xterm-256color",
    cols: columns,
    rows,
    cwd: folder,
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  });
  let ended: ReturnType<StudioWindow["ended"]>;
  pty.onData((data) => terminal.write(data));
  pty.onExit((event) => {
    ended = event;
  });
  // Answers to what the studio asks its terminal.
  terminal.onData((data) => {
    if (ended === undefined) pty.write(data);
  });
  const screen = () => {
    // A line may still hold cells of a wider screen.
    const { active } = terminal.buffer;
    return Array.from(
      { length: terminal.rows },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true, 0, terminal.cols) ?? "",
    ).join("\n");
  };
  return {
    pty,
    screen,
    async until(wanted, timeoutMs = 45_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const shown = screen();
        if (typeof wanted === "string" ? shown.includes(wanted) : wanted.test(shown)) return shown;
        if (ended !== undefined)
          throw new Error(`The studio ended (${JSON.stringify(ended)}) and never showed ${String(wanted)}:\n${shown}`);
        if (Date.now() > deadline) throw new Error(`The studio never showed ${String(wanted)}:\n${shown}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    resize(width, height) {
      terminal.resize(width, height);
      pty.resize(width, height);
    },
    ended: () => ended,
  };
}

/** A process and all that it started, the process first (Linux). */
export function processesUnder(pid: number): readonly number[] {
  let children: string;
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  } catch {
    return [];
  }
  return [
    pid,
    ...children
      .split(" ")
      .filter(Boolean)
      .flatMap((child) => processesUnder(Number(child))),
  ];
}

/** Whether a process is there and has not ended (Linux). */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Megabytes that a process has in memory (Linux). */
export function megabytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
