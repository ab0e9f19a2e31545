import { spawn } from "node:child_process";
import { HardwareError } from "./hardware-error.ts";

/** Both outputs are cut to `outputBytes`; `exitCode` is null when a signal ended the program. */
export type ProgramResult = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type RunOptions = { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined };

const outputBytes = 1 << 20;

/**
 * Runs a program without a shell and without input. When `timeoutMs` have passed or `signal` aborts, it is killed and no
 * longer waited for: a tool that hangs inside a driver cannot be killed, and a child of its own may keep the outputs open.
 *
 * Throws HardwareError: program-missing, program-slow, or program-broken when it cannot be started; or the signal's
 * reason.
 */
export function runProgram(
  program: string,
  programArguments: readonly string[],
  { timeoutMs, signal }: RunOptions,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(program, programArguments, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);

    const cut = (reason: unknown) => {
      settle();
      child.kill("SIGKILL");
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      reject(reason);
    };
    const timer = setTimeout(() => {
      const message = `Cannot ask ${program}: it did not answer within ${timeoutMs / 1000} s; run it by hand to see why`;
      cut(new HardwareError("program-slow", message, { subject: program }));
    }, timeoutMs);
    const cancel = () => cut(signal?.reason);
    signal?.addEventListener("abort", cancel);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    };

    child.on("error", (cause) => {
      settle();
      const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
      const why = isMissing ? "there is no such program; install it" : `${cause.message}; run it by hand to see why`;
      const code = isMissing ? "program-missing" : "program-broken";
      reject(new HardwareError(code, `Cannot ask ${program}: ${why}`, { subject: program }, { cause }));
    });
    child.on("close", (exitCode) => {
      settle();
      resolve({ exitCode, stdout: stdout(), stderr: stderr() });
    });
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on("data", (chunk: Buffer) => {
    if (length < outputBytes) chunks.push(chunk.subarray(0, outputBytes - length));
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}
