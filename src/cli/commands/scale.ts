import type { ScaleMethod } from "#studio";
import type { CliContext } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportEdits } from "../edit-report.ts";

export type ScaleFlags = EditFlags & { readonly factor?: number; readonly method?: ScaleMethod };

export default async function scale(
  this: CliContext,
  { json, ...options }: ScaleFlags,
  ...images: readonly string[]
): Promise<void> {
  const { scalePictures } = await import("#studio");
  const events = scalePictures(images, { ...options, signal: this.signal });
  await reportEdits(this, events, json, ({ factor, method }) => `${factor} times by ${method}`);
}
