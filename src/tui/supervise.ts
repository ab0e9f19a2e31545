import { spawn } from "node:child_process";

/**
 * What Node needs for the renderer's native part; and young objects, of which each frame makes some, are collected in
 * small spaces, which takes 50 MB less than Node's usual ones while a long gallery scrolls.
 */
export const nodeFlags = [
  "--experimental-ffi",
  "--disable-warning=ExperimentalWarning",
  "--max-semi-space-size=2",
] as const;

/**
 * Puts a terminal back into the state that shells expect: the alternate screen left, mouse, paste, focus and keyboard
 * reports off, pictures gone, cursor and colours as they were.
 */
const restoring = [
  "\u001b[?2026l",
  "\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?1016l\u001b[?1004l\u001b[?2004l\u001b[?2031l",
  "\u001b[<u\u001b[>4;0m",
  "\u001b_Ga=d,q=2\u001b\\",
  "\u001b[0m\u001b[?1049l\u001b[?25h\u001b[0 q",
].join("");

/** Whether this Node was started without what the renderer needs. */
export function needsOwnProcess(execArgv: readonly string[], nodeOptions: string | undefined): boolean {
  return !execArgv.includes("--experimental-ffi") && !(nodeOptions ?? "").includes("--experimental-ffi");
}

/** How long the studio may take to close when it is told to end. */
const graceMs = 5000;

export type Supervision = {
  readonly script: string;
  readonly args: readonly string[];
  readonly stdout: { readonly isTTY?: boolean; readonly write: (text: string) => unknown };
  readonly signal: AbortSignal;
};

/**
 * Runs the studio in a Node of its own, which has the flags for the renderer, and answers its exit code. Should it be
 * killed, this process is left to put the terminal back: the line settings come back as this Node ends, as Node does.
 */
export async function superviseTui({ script, args, stdout, signal }: Supervision): Promise<number> {
  const child = spawn(process.execPath, [...nodeFlags, script, ...args], { stdio: "inherit" });
  let lastWord: NodeJS.Timeout | undefined;
  const onAbort = () => {
    child.kill("SIGTERM");
    // On a terminal that is gone (its window closed, its connection cut) the renderer waits for ever to say farewell.
    lastWord = setTimeout(() => child.kill("SIGKILL"), graceMs);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  // A terminal's Ctrl-C reaches both; the child decides what it means.
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on("error", reject);
  child.on("exit", (code, killedBy) => {
    if (killedBy !== null && stdout.isTTY === true) stdout.write(restoring);
    resolve(code ?? 128 + (killedBy === "SIGKILL" ? 9 : 15));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(lastWord);
    signal.removeEventListener("abort", onAbort);
  }
}
