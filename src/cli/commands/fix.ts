import type { Fixed, FixEvent, FixOptions } from "#studio";
import type { CliContext } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportEdits } from "../edit-report.ts";
import { exitCodes, failureOf } from "../failure.ts";

export type FixFlags = EditFlags & {
  readonly size?: "auto" | FixOptions["size"];
  readonly pick?: number;
  readonly colors?: number | "auto";
  readonly palette?: string;
};

export default async function fix(
  this: CliContext,
  { json, size, ...options }: FixFlags,
  ...images: readonly string[]
): Promise<void> {
  const { fixPictures } = await import("#studio");
  const events = fixPictures(images, { ...options, size: size === "auto" ? undefined : size, signal: this.signal });
  await reportEdits(this, withoutUnsure(this, events, json), json, describe);
}

/** Unsure pictures are failures that tell a program what to choose from. */
async function* withoutUnsure(context: CliContext, events: AsyncIterable<FixEvent>, isJson: boolean) {
  for await (const event of events) {
    if (event.kind !== "unsure") {
      yield event;
      continue;
    }
    const { source, error, alternatives } = event;
    if (isJson) context.process.stdout.write(`${JSON.stringify({ source, error: failureOf(error), alternatives })}\n`);
    else context.process.stderr.write(`${failureOf(error).message}\n`);
    context.process.exitCode = exitCodes.failed;
  }
}

function describe({ grid, native, colors }: Fixed): string {
  const sure = `${Math.round(grid.confidence * 100)} % sure`;
  const kinds = `${colors} ${colors === 1 ? "color" : "colors"}`;
  if (native) return `native already (${sure}), ${kinds}`;
  const pixels = (value: number) => String(Math.round(value * 100) / 100);
  return (
    `cells of ${pixels(grid.cellWidth)} x ${pixels(grid.cellHeight)} px from ${pixels(grid.left)}, ` +
    `${pixels(grid.top)} (${sure}), ${kinds}`
  );
}
