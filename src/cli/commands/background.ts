import type { CliContext } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportEdits } from "../edit-report.ts";

export type RemoveFlags = EditFlags & {
  readonly color?: string;
  readonly tolerance?: number;
  readonly holes?: number;
};

export async function remove(
  this: CliContext,
  { json, ...options }: RemoveFlags,
  ...images: readonly string[]
): Promise<void> {
  const { removeBackgrounds } = await import("#studio");
  const events = removeBackgrounds(images, { ...options, signal: this.signal });
  await reportEdits(this, events, json, ({ removedPixels }) => `${removedPixels} pixels removed`);
}
