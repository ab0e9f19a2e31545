import type { CliContext } from "../context.ts";
import type { OrderFlags } from "../order-flags.ts";
import { progressLine } from "../progress-line.ts";
import { reportSprite } from "../sprite-report.ts";
import { tellNotes } from "../tell.ts";

export type ReplayFlags = Omit<OrderFlags, "from" | "mask"> & {
  readonly prompt?: string;
  readonly out?: string;
  readonly local: boolean;
  readonly json: boolean;
};

export default async function replay(
  this: CliContext,
  { json, out, local, ...changes }: ReplayFlags,
  file: string,
): Promise<void> {
  const { stdout, stderr } = this.process;
  const studio = await this.studio();
  const line = progressLine(stderr, json);
  try {
    for await (const sprite of studio.replay(file, changes, {
      signal: this.signal,
      onProgress: line.onProgress,
      out,
      isLocal: local,
    })) {
      line.clear();
      reportSprite(stdout, sprite, json);
      if (!json) tellNotes(stderr, sprite.notes);
    }
  } finally {
    line.clear();
  }
}
