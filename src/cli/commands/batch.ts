import { defaultBatchFolder } from "#studio";
import type { CliContext } from "../context.ts";
import { exitCodes } from "../failure.ts";
import { progressLine } from "../progress-line.ts";
import { reportSprite } from "../sprite-report.ts";

export type BatchFlags = {
  readonly out?: string;
  readonly generator?: string;
  readonly fallback: boolean;
  readonly json: boolean;
};

export default async function batch(
  this: CliContext,
  { json, out, generator, fallback }: BatchFlags,
  file: string,
): Promise<void> {
  const { stdout, stderr } = this.process;
  const studio = await this.studio();
  const folder = out ?? defaultBatchFolder(file);
  const line = progressLine(stderr, json);
  const counts = { made: 0, kept: 0, failed: 0 };
  let seconds = 0;
  try {
    const run = { signal: this.signal, onProgress: line.onProgress, generator, fallback };
    for await (const event of studio.batch(file, folder, run)) {
      line.clear();
      if (event.kind === "made") {
        counts.made++;
        seconds += event.sprite.seconds;
        reportSprite(stdout, event.sprite, json);
      } else if (event.kind === "kept") {
        counts.kept++;
        if (json) stdout.write(`${JSON.stringify({ file: event.file, kept: true })}\n`);
      } else if (event.kind === "failed") {
        counts.failed++;
        if (json) stdout.write(`${JSON.stringify({ line: event.line, error: event.error })}\n`);
        else stderr.write(`line ${event.line}: ${event.error}\n`);
      }
    }
  } finally {
    line.clear();
  }
  if (!json)
    stdout.write(
      `${counts.made} made in ${seconds.toFixed(1)} s of drawing, ${counts.kept} already there, ${counts.failed} failed; in ${folder}\n`,
    );
  if (counts.failed > 0) this.process.exitCode = exitCodes.failed;
}
