import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer } from "./tally.ts";

/** Programs that recover pixel grids and can be had as Python packages. */
export const peerNames = ["perfect-pixel", "proper-pixel-art", "unfake"] as const;

export type PeerAnswers = {
  readonly version: string;
  /** An answer is absent where the peer failed. */
  readonly byFile: ReadonlyMap<string, { readonly answer: Answer | undefined; readonly seconds: number }>;
};

const script = fileURLToPath(new URL("./peers.py", import.meta.url));

/** Has a peer answer for every PNG of a folder, or says why it cannot. */
export async function runPeer(
  python: string,
  peer: string,
  folder: string,
  signal: AbortSignal,
): Promise<PeerAnswers | { readonly reason: string }> {
  const child = spawn(python, [script, folder, peer], { signal, stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (data: Buffer) => {
    complaint = (complaint + data.toString("utf8")).slice(-2000);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) =>
      resolve(code === 0 ? undefined : (complaint.trim().split("\n").at(-1) ?? `code ${code}`)),
    );
  });
  let version = "";
  const byFile = new Map<string, { answer: Answer | undefined; seconds: number }>();
  for await (const line of createInterface({ input: child.stdout })) {
    const row = JSON.parse(line) as Row;
    if ("version" in row) version = row.version;
    else {
      const { file, seconds } = row;
      const answer = "error" in row ? undefined : { width: row.width, height: row.height, isSame: row.same };
      byFile.set(file, { answer, seconds });
    }
  }
  const failure = await ended;
  signal.throwIfAborted();
  return failure === undefined ? { version, byFile } : { reason: failure };
}

type Row =
  | { readonly version: string }
  | { readonly file: string; readonly seconds: number; readonly error: string }
  | {
      readonly file: string;
      readonly seconds: number;
      readonly width: number;
      readonly height: number;
      readonly same: boolean;
    };
