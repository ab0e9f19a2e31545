import { readFileSync } from "node:fs";
import { BenchError } from "./bench-error.ts";

type Pty = typeof import("@lydell/node-pty");

export type PtySession = {
  /** When each frame began, in milliseconds. */
  readonly frames: readonly number[];
  readonly write: (text: string) => void;
  /** Milliseconds from now until what is printed after this call has a text; checked as it arrives. */
  readonly until: (text: string | RegExp, timeoutMs?: number) => Promise<number>;
  /** The process that draws: the last in the line of children. */
  readonly pid: () => number;
  readonly close: () => Promise<void>;
};

/** Starts a program on a real pty of 200 x 60 cells, and answers its terminal queries as a terminal of today does. */
export async function openPty(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<PtySession> {
  const { spawn } = await loadPty();
  const child = spawn(program, [...words], {
    name: "xterm-256color",
    cols: 200,
    rows: 60,
    env: { ...env },
    encoding: null,
  });
  const frames: number[] = [];
  const listeners = new Set<(text: string) => void>();
  child.onData((data) => {
    const text = typeof data === "string" ? data : Buffer.from(data).toString("utf8");
    const now = performance.now();
    for (let at = text.indexOf(beginOfFrame); at >= 0; at = text.indexOf(beginOfFrame, at + 1)) frames.push(now);
    for (const [query, answer] of answers) if (text.includes(query)) child.write(answer);
    for (const listener of listeners) listener(text);
  });
  const exited = new Promise<void>((resolve) => child.onExit(() => resolve()));

  return {
    frames,
    write: (text) => child.write(text),
    until(text, timeoutMs = 30_000) {
      const started = performance.now();
      let fresh = "";
      const isFound = () => (typeof text === "string" ? fresh.includes(text) : text.test(fresh));
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listeners.delete(look);
          reject(
            new BenchError("bad-figure", `Cannot measure the studio: it never showed ${String(text)}`, {
              subject: "tui",
              value: String(text),
            }),
          );
        }, timeoutMs);
        const look = (printed: string) => {
          // Frames are tens of kilobytes; what is looked for is within one.
          fresh = (fresh + printed).slice(-400_000);
          if (!isFound()) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(performance.now() - started);
        };
        listeners.add(look);
      });
    },
    pid: () => lastChildOf(child.pid),
    async close() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      await exited;
      clearTimeout(timer);
    },
  };
}

const beginOfFrame = "\u001b[?2026h";

/** Queries and what xterm-like terminals with synchronized output say. */
const answers = [
  ["\u001b[?2026$p", "\u001b[?2026;2$y"],
  ["\u001b[6n", "\u001b[1;1R"],
  ["\u001b[c", "\u001b[?62;22c"],
  ["\u001b[14t", "\u001b[4;1200;2000t"],
] as const;

async function loadPty(): Promise<Pty> {
  try {
    return await import("@lydell/node-pty");
  } catch {
    throw new BenchError(
      "unavailable",
      "Cannot measure the studio without a pty: run npm ci with development packages, which bring @lydell/node-pty",
      { subject: "tui", value: "@lydell/node-pty" },
    );
  }
}

function lastChildOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return children === "" ? pid : lastChildOf(Number(children.split(" ")[0]));
}

/** Seconds of processor time that a process has used (Linux). */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  // utime and stime, in ticks of a hundredth of a second.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Megabytes that a process has in memory (Linux). */
export function megabytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
