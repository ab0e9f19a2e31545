import type { CliContext } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportEdits } from "../edit-report.ts";

export type CleanupFlags = EditFlags & {
  readonly orphans: boolean;
  readonly doubles: boolean;
  readonly jaggies: boolean;
};

export default async function cleanup(
  this: CliContext,
  { json, orphans, doubles, jaggies, ...options }: CleanupFlags,
  ...images: readonly string[]
): Promise<void> {
  const { cleanUpPictures } = await import("#studio");
  const isWanted = { orphans, doubles, jaggies };
  const wanted = (["orphans", "doubles", "jaggies"] as const).filter((kind) => isWanted[kind]);
  const events = cleanUpPictures(images, { ...options, wanted, signal: this.signal });
  await reportEdits(this, events, json, (facts) =>
    wanted.map((kind) => `${facts[kind]} ${facts[kind] === 1 ? "pixel" : "pixels"} for ${kind}`).join(", "),
  );
}
