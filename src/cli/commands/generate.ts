import type { CliContext } from "../context.ts";
import type { OrderFlags } from "../order-flags.ts";
import { progressLine } from "../progress-line.ts";
import { reportSprite } from "../sprite-report.ts";
import { tellNotes } from "../tell.ts";

export type GenerateFlags = OrderFlags & {
  readonly out?: string;
  readonly generator?: string;
  readonly local: boolean;
  readonly fallback: boolean;
  readonly json: boolean;
};

export default async function generate(
  this: CliContext,
  { json, out, generator, fallback, local, ...order }: GenerateFlags,
  ...words: readonly string[]
): Promise<void> {
  const { stdout, stderr } = this.process;
  const studio = await this.studio();
  const line = progressLine(stderr, json);
  const sprites = studio.generate(
    { prompt: words.join(" "), ...order },
    { signal: this.signal, onProgress: line.onProgress, out, generator, fallback, isLocal: local },
  );
  try {
    let told = "";
    for await (const sprite of sprites) {
      line.clear();
      reportSprite(stdout, sprite, json);
      // All seeds of one prompt have the same notes: once is enough.
      if (!json && told !== sprite.notes.join()) tellNotes(stderr, sprite.notes);
      told = sprite.notes.join();
    }
  } finally {
    line.clear();
  }
}
