import type { CliContext } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportEdits } from "../edit-report.ts";

export type TrimFlags = EditFlags & { readonly margin?: number };

export default async function trim(
  this: CliContext,
  { json, ...options }: TrimFlags,
  ...images: readonly string[]
): Promise<void> {
  const { trimPictures } = await import("#studio");
  const events = trimPictures(images, { ...options, signal: this.signal });
  await reportEdits(this, events, json, ({ before }) => `from ${before.width} x ${before.height}`);
}
