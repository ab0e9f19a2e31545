import type { CliContext } from "../context.ts";
import { describeFailure, exitCodes, failureOf } from "../failure.ts";
import { progressLine } from "../progress-line.ts";

export type VerifyFlags = { readonly json: boolean };

export default async function verify(
  this: CliContext,
  { json }: VerifyFlags,
  ...files: readonly string[]
): Promise<void> {
  const { stdout, stderr } = this.process;
  const studio = await this.studio();
  const line = progressLine(stderr, json);
  let different = 0;
  for (const file of files) {
    try {
      const verdict = await studio.verify(file, { signal: this.signal, onProgress: line.onProgress });
      line.clear();
      if (!verdict.isIdentical) different++;
      if (json) stdout.write(`${JSON.stringify(verdict)}\n`);
      else if (verdict.isIdentical) stdout.write(`${file}: identical\n`);
      else
        stdout.write(
          `${file}: ${verdict.differingPixels} of ${verdict.pixels} pixels differ; ${verdict.reasons.join("; ")}\n`,
        );
    } catch (error) {
      line.clear();
      this.signal.throwIfAborted();
      // One file that cannot be judged must not hide the others' verdicts.
      different++;
      if (json) stdout.write(`${JSON.stringify({ file, error: failureOf(error) })}\n`);
      else stderr.write(`${describeFailure(error)}\n`);
    }
  }
  if (different > 0) this.process.exitCode = exitCodes.failed;
}
